import type { Check } from '../check.js';
import type { Examination } from '../examination.js';
import { percent, recentCounts } from '../examination.js';

const SHARE = 0.9;
/** Bytes in five minutes below which it does not matter who owns them. */
const MANY_BYTES = 1_000_000;
/** With fewer namespaces it is no wonder. */
const SEVERAL = 3;

/** No namespace takes the room of all others. */
export const ONE_NAMESPACE: Check<Examination, 'pass' | 'one'> = {
  id: 'one-namespace',
  problema: 3,
  title: {
    en: 'No namespace fills the cache alone',
    es: 'Ningún espacio de nombres llena solo la caché',
  },
  variants: {
    pass: {
      severity: 'pass',
      seen: {
        en: '{namespaces} namespaces were written to in five minutes.',
        es: 'En cinco minutos se escribió en {namespaces} espacios de nombres.',
      },
    },
    one: {
      severity: 'info',
      seen: {
        en: '{example} stored {share_percent} % of the bytes of five minutes, of {namespaces} namespaces.',
        es: '{example} guardó el {share_percent} % de los bytes de cinco minutos, de {namespaces} espacios de nombres.',
      },
      why: {
        en: 'Where memory is short, its values push out those of all others.',
        es: 'Si falta memoria, sus valores desplazan a los de los demás.',
      },
    },
  },
  look: (x) => {
    if (x.fleet === undefined) return 'no_figures';
    const stored = [...recentCounts(x)]
      .map(([name, counts]) => [name, counts('stored_bytes')] as const)
      .filter(([, bytes]) => bytes > 0)
      .sort(([, a], [, b]) => b - a);
    const sum = stored.reduce((all, [, bytes]) => all + bytes, 0);
    const [example, most] = stored[0] ?? ['', 0];
    const namespaces = stored.length;
    const isOne = namespaces >= SEVERAL && sum >= MANY_BYTES && most >= SHARE * sum;
    if (!isOne) return { variant: 'pass', figures: { namespaces } };
    const figures = { namespaces, share_percent: percent(most / sum) };
    return { variant: 'one', figures, names: { example } };
  },
};
