import { heaviest } from '../../observe/snapshot.js';
import type { Check } from '../check.js';
import type { Examination } from '../examination.js';
import { processesOf } from '../examination.js';

/** Reads of one key in a second that are worth copies in memory. */
const HOT = 100;

/** A key that is read very often is read from memory. */
export const HOT_KEY: Check<Examination, 'pass' | 'hot'> = {
  id: 'hot-key',
  problema: 2,
  title: {
    en: 'Keys that are read very often have local copies',
    es: 'Las claves que se leen muchísimo tienen copias locales',
  },
  variants: {
    pass: {
      severity: 'pass',
      seen: {
        en: 'No key is read a hundred times a second, or processes keep copies.',
        es: 'Ninguna clave se lee cien veces por segundo, o los procesos guardan copias.',
      },
    },
    hot: {
      severity: 'info',
      seen: {
        en: '{example} is read about {reads_per_second} times a second, each time from Redis.',
        es: '{example} se lee unas {reads_per_second} veces por segundo, cada vez de Redis.',
      },
      why: {
        en: 'A copy in the memory of the process saves the round trip, and is removed like the value.',
        es: 'Una copia en la memoria del proceso ahorra el viaje, y se borra igual que el valor.',
      },
      fix: { set: 'local', to: true },
    },
  },
  look: (x) => {
    if (x.store === 'memory') return 'in_process';
    const processes = processesOf(x);
    if (processes.length === 0) return 'no_figures';
    if (x.settings.local) return { variant: 'pass' };
    const seconds = Math.max(...processes.map(({ uptime_seconds: up }) => up), 1);
    const [top] = heaviest(
      processes.map(({ hot }) => hot),
      1,
    );
    const rate = Math.round((top?.weight ?? 0) / seconds);
    if (top === undefined || rate < HOT) return { variant: 'pass' };
    return { variant: 'hot', figures: { reads_per_second: rate }, names: { example: top.key } };
  },
};
