import type { Check } from '../check.js';
import type { Examination } from '../examination.js';
import { megabytes, ofMemory, percent } from '../examination.js';
import { roomFor } from './memory-limit.js';

const NEAR = 0.9;

/** There is room before the limit. */
export const MEMORY_NEAR_LIMIT: Check<Examination, 'pass' | 'full' | 'refuses'> = {
  id: 'memory-near-limit',
  problema: 3,
  title: { en: 'The server has room', es: 'El servidor tiene lugar' },
  variants: {
    pass: {
      severity: 'pass',
      seen: {
        en: '{used_mb} of {limit_mb} MB are used.',
        es: 'Se usan {used_mb} de {limit_mb} MB.',
      },
    },
    full: {
      severity: 'info',
      seen: {
        en: '{used_mb} of {limit_mb} MB are used, {used_percent} %.',
        es: 'Se usan {used_mb} de {limit_mb} MB, el {used_percent} %.',
      },
      why: {
        en: 'From here on the values that were used least lately make room for new ones, which is what a cache does; see evictions.',
        es: 'Desde aquí los valores menos usados dejan lugar a los nuevos, que es lo propio de una caché; vea evictions.',
      },
      fix: { run: '{cli} CONFIG SET maxmemory {wanted_mb}mb' },
    },
    refuses: {
      severity: 'warn',
      seen: {
        en: '{used_mb} of {limit_mb} MB are used, {used_percent} %, and maxmemory-policy is {policy}.',
        es: 'Se usan {used_mb} de {limit_mb} MB, el {used_percent} %, y maxmemory-policy es {policy}.',
      },
      why: {
        en: 'At the limit the server refuses to store.',
        es: 'En el límite el servidor se niega a guardar.',
      },
      fix: { run: '{cli} CONFIG SET maxmemory {wanted_mb}mb' },
    },
  },
  look: (x) =>
    ofMemory(x, ({ used, limit, policy }) => {
      if (limit === 0) return 'no_limit';
      const figures = {
        used_mb: megabytes(used),
        limit_mb: megabytes(limit),
        used_percent: percent(used / limit),
        wanted_mb: roomFor(limit),
      };
      if (used < NEAR * limit) return { variant: 'pass', figures };
      const variant = policy.startsWith('allkeys-') ? 'full' : 'refuses';
      return { variant, figures, names: { policy } };
    }),
};
