import type { Check } from '@gad/cache/store';
import type { ApiFacts } from '../database-facts.js';

/** The database and this process agree on the time. */
export const DATABASE_CLOCK: Check<ApiFacts, 'pass' | 'differs'> = {
  id: 'database-clock',
  problema: null,
  title: {
    en: 'The clocks of the database and of this process agree',
    es: 'Los relojes de la base de datos y de este proceso coinciden',
  },
  variants: {
    pass: {
      severity: 'pass',
      seen: { en: 'They differ by less than 5 s.', es: 'Difieren en menos de 5 s.' },
    },
    differs: {
      severity: 'warn',
      seen: { en: 'They differ by {differ_seconds} s.', es: 'Difieren en {differ_seconds} s.' },
      why: {
        en: 'The process dates tokens and the database dates sesiones: one of them ends too soon. Let both follow the same time server.',
        es: 'El proceso fecha los tokens y la base las sesiones: algo termina antes de tiempo. Que ambos sigan el mismo servidor de hora.',
      },
    },
  },
  look: ({ refusal, clockAheadMs }) => {
    if (refusal !== undefined) return 'unreachable';
    if (clockAheadMs === 0) return { variant: 'pass' };
    const seconds = Math.round(Math.abs(clockAheadMs) / 100) / 10;
    return { variant: 'differs', figures: { differ_seconds: seconds } };
  },
};
