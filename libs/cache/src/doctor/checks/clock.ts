import type { Check } from '../check.js';
import type { Examination } from '../examination.js';
import { ofServer } from '../examination.js';

const TOLERATED_MS = 5_000;

/** The server and this process agree on the time. */
export const CLOCK: Check<Examination, 'pass' | 'differs'> = {
  id: 'clock',
  problema: null,
  title: {
    en: 'The clocks of the server and of this process agree',
    es: 'Los relojes del servidor y de este proceso coinciden',
  },
  variants: {
    pass: {
      severity: 'pass',
      seen: { en: 'They differ by less than 5 s.', es: 'Difieren en menos de 5 s.' },
    },
    differs: {
      severity: 'warn',
      seen: {
        en: 'They differ by {differ_seconds} s.',
        es: 'Difieren en {differ_seconds} s.',
      },
      why: {
        en: 'Figures over time and the journal are dated by both, and then contradict each other. Values and their lifetimes are right all the same. Let both follow the same time server.',
        es: 'Las cifras en el tiempo y el diario llevan fechas de ambos, y entonces se contradicen. Los valores y sus plazos siguen siendo correctos. Que ambos sigan el mismo servidor de hora.',
      },
    },
  },
  look: (x) =>
    ofServer(x, ({ clockAheadMs }) => {
      if (clockAheadMs === undefined) return 'hidden';
      const differ = Math.abs(clockAheadMs);
      if (differ <= TOLERATED_MS) return { variant: 'pass' };
      return { variant: 'differs', figures: { differ_seconds: Math.round(differ / 100) / 10 } };
    }),
};
