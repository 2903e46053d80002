import type { Check } from '../check.js';
import type { Examination } from '../examination.js';
import { megabytes, ofMemory } from '../examination.js';

/** The server uses no more than is wanted. */
export const MEMORY_USED: Check<Examination, 'pass' | 'much'> = {
  id: 'memory-used',
  problema: 3,
  title: {
    en: 'The server uses no more memory than is wanted',
    es: 'El servidor no usa más memoria de la prevista',
  },
  variants: {
    pass: {
      severity: 'pass',
      seen: {
        en: '{used_mb} MB are used; the warning is at {warn_mb} MB.',
        es: 'Se usan {used_mb} MB; el aviso está en {warn_mb} MB.',
      },
    },
    much: {
      severity: 'warn',
      seen: {
        en: '{used_mb} MB are used, more than {warn_mb} MB.',
        es: 'Se usan {used_mb} MB, más de {warn_mb} MB.',
      },
      why: {
        en: 'Too many keys, values that are too large, or keys without expiry. With a limit the values that were used least lately go; if so much is wanted, raise the threshold.',
        es: 'Demasiadas claves, valores demasiado grandes o claves sin vencimiento. Con un límite se van los valores menos usados; si tanto es lo previsto, suba el umbral.',
      },
      fix: {
        run: '{cli} CONFIG SET maxmemory-policy allkeys-lru && {cli} CONFIG SET maxmemory {wanted_kb}kb',
      },
    },
  },
  look: (x) =>
    ofMemory(x, ({ used }) => {
      const { memoryMb } = x.settings.warn;
      const figures = { used_mb: megabytes(used), warn_mb: memoryMb };
      if (used <= memoryMb * 1024 * 1024) return { variant: 'pass', figures };
      // What the server uses beside its keys is not bounded by its limit.
      return { variant: 'much', figures: { ...figures, wanted_kb: Math.floor(memoryMb * 900) } };
    }),
};
