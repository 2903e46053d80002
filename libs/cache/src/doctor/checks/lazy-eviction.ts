import type { Check } from '../check.js';
import type { Examination } from '../examination.js';
import { ofMemory } from '../examination.js';

/** Freeing a value of this size takes the server tens of microseconds. */
const LARGE_BYTES = 64 * 1024;

/** Evicting large values does not hold up the server. */
export const LAZY_EVICTION: Check<Examination, 'pass' | 'blocking'> = {
  id: 'lazy-eviction',
  problema: null,
  title: {
    en: 'Evicting large values does not hold up the server',
    es: 'Expulsar valores grandes no detiene al servidor',
  },
  variants: {
    pass: {
      severity: 'pass',
      seen: {
        en: 'Memory is freed in the background, or no value is large.',
        es: 'La memoria se libera en segundo plano, o ningún valor es grande.',
      },
    },
    blocking: {
      severity: 'info',
      seen: {
        en: 'lazyfree-lazy-eviction is no, and the largest value has {largest_kb} kB.',
        es: 'lazyfree-lazy-eviction es no, y el valor más grande tiene {largest_kb} kB.',
      },
      why: {
        en: 'All clients wait while the server frees the memory of an evicted value.',
        es: 'Todos los clientes esperan mientras el servidor libera la memoria de un valor expulsado.',
      },
      fix: { run: '{cli} CONFIG SET lazyfree-lazy-eviction yes' },
    },
  },
  look: (x) =>
    ofMemory(x, ({ limit }, { lazyEviction, sizes }) => {
      if (lazyEviction === undefined) return 'hidden';
      const largest = Math.max(0, ...sizes.values());
      const isBlocking = !lazyEviction && limit > 0 && largest >= LARGE_BYTES;
      const figures = { largest_kb: Math.round(largest / 1024) };
      return isBlocking ? { variant: 'blocking', figures } : { variant: 'pass' };
    }),
};
