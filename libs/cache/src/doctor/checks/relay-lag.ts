import type { Check } from '../check.js';
import type { Examination } from '../examination.js';
import { processesOf } from '../examination.js';

const LATE_MS = 5_000;

/** Events are applied soon after their commit. */
export const RELAY_LAG: Check<Examination, 'pass' | 'late'> = {
  id: 'relay-lag',
  problema: 4,
  title: {
    en: 'Events are applied soon after their commit',
    es: 'Los eventos se aplican poco después de su commit',
  },
  variants: {
    pass: {
      severity: 'pass',
      seen: {
        en: 'The oldest event of the last batch was {lag_ms} ms old.',
        es: 'El evento más viejo del último lote tenía {lag_ms} ms.',
      },
    },
    late: {
      severity: 'warn',
      seen: {
        en: 'The oldest event of the last batch was {lag_ms} ms old.',
        es: 'El evento más viejo del último lote tenía {lag_ms} ms.',
      },
      why: {
        en: 'What a process wrote before it died stays in the cache for so long: transactions that stay open, a busy database, or a log that was read after an outage.',
        es: 'Lo que un proceso escribió antes de morir queda en la caché ese tiempo: transacciones abiertas, una base ocupada, o un registro leído tras una caída.',
      },
    },
  },
  look: (x) => {
    const known = processesOf(x).filter(({ relay }) => relay !== null);
    if (known.length === 0) return x.fleet === undefined ? 'no_figures' : 'no_log';
    const lag = known.find(({ relay }) => relay === 'leading')?.event_lag_ms ?? 0;
    return { variant: lag > LATE_MS ? 'late' : 'pass', figures: { lag_ms: lag } };
  },
};
