import type { Check } from '../check.js';
import type { Examination } from '../examination.js';
import { ofServer } from '../examination.js';

/** A value of this size takes the server, the network and `JSON.parse` about a millisecond each. */
const LARGE_BYTES = 1_000_000;
/** From here on values are compressed by default. */
const COMPRESS_FROM = 16_384;

/** No value is so large that others wait for it. */
export const BIG_VALUES: Check<Examination, 'pass' | 'plain' | 'compressed'> = {
  id: 'big-values',
  problema: 3,
  title: { en: 'No value is very large', es: 'Ningún valor es muy grande' },
  variants: {
    pass: {
      severity: 'pass',
      seen: {
        en: 'The largest has {largest_kb} kB.',
        es: 'El más grande tiene {largest_kb} kB.',
      },
    },
    plain: {
      severity: 'warn',
      seen: {
        en: '{example} has {largest_kb} kB, uncompressed; {large} values have more than 1 MB.',
        es: '{example} tiene {largest_kb} kB, sin comprimir; {large} valores pasan de 1 MB.',
      },
      why: {
        en: 'Each read of it takes milliseconds of the server, the network and this process.',
        es: 'Cada lectura cuesta milisegundos del servidor, de la red y de este proceso.',
      },
      fix: { set: 'compression.threshold', to: '{compress_from}' },
    },
    compressed: {
      severity: 'warn',
      seen: {
        en: '{example} has {largest_kb} kB as it is stored; {large} values have more than 1 MB.',
        es: '{example} tiene {largest_kb} kB tal como se guarda; {large} valores pasan de 1 MB.',
      },
      why: {
        en: 'Each read of it takes milliseconds of the server, the network and this process: store less in one value.',
        es: 'Cada lectura cuesta milisegundos del servidor, de la red y de este proceso: guarde menos en un valor.',
      },
    },
  },
  look: (x) =>
    ofServer(x, ({ sizes }) => {
      const sorted = [...sizes].sort(([, a], [, b]) => b - a);
      const [example, largest] = sorted[0] ?? ['', 0];
      const large = sorted.filter(([, bytes]) => bytes > LARGE_BYTES).length;
      const figures = { largest_kb: Math.round(largest / 1024), large };
      if (large === 0) return { variant: 'pass', figures };
      const isPlain = x.settings.compressFrom === undefined;
      return {
        variant: isPlain ? 'plain' : 'compressed',
        figures: { ...figures, compress_from: COMPRESS_FROM },
        names: { example },
      };
    }),
};
