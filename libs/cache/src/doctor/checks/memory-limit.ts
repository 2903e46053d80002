import type { Check } from '../check.js';
import type { Examination } from '../examination.js';
import { megabytes, ofMemory } from '../examination.js';

/** What the guide gives to the server, in megabytes. */
const USUAL_MB = 256;

/** The server's memory is bounded. */
export const MEMORY_LIMIT: Check<Examination, 'pass' | 'none'> = {
  id: 'memory-limit',
  problema: 3,
  title: {
    en: 'The memory of the server has a limit',
    es: 'La memoria del servidor tiene un límite',
  },
  variants: {
    pass: {
      severity: 'pass',
      seen: { en: 'maxmemory is {limit_mb} MB.', es: 'maxmemory es {limit_mb} MB.' },
    },
    none: {
      severity: 'warn',
      seen: {
        en: 'maxmemory is 0, which means none; {used_mb} MB are used.',
        es: 'maxmemory es 0, es decir ninguno; se usan {used_mb} MB.',
      },
      why: {
        en: 'The server grows until the machine has no memory left and kills it.',
        es: 'El servidor crece hasta que la máquina se queda sin memoria y lo mata.',
      },
      fix: {
        run: '{cli} CONFIG SET maxmemory-policy allkeys-lru && {cli} CONFIG SET maxmemory {wanted_mb}mb',
      },
    },
  },
  look: (x) =>
    ofMemory(x, ({ used, limit }) =>
      limit > 0
        ? { variant: 'pass', figures: { limit_mb: megabytes(limit) } }
        : {
            variant: 'none',
            figures: { used_mb: megabytes(used), wanted_mb: roomFor(used) },
          },
    ),
};

/** A limit that leaves room, in whole megabytes. */
export function roomFor(bytes: number): number {
  return Math.max(USUAL_MB, Math.ceil(2 * megabytes(bytes)));
}
