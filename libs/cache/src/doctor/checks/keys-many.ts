import type { Check } from '../check.js';
import type { Examination } from '../examination.js';
import { ofServer } from '../examination.js';

/** There are no more keys than are wanted. */
export const KEYS_MANY: Check<Examination, 'pass' | 'many'> = {
  id: 'keys-many',
  problema: 3,
  title: {
    en: 'The cache has no more keys than are wanted',
    es: 'La caché no tiene más claves de las previstas',
  },
  variants: {
    pass: {
      severity: 'pass',
      seen: {
        en: 'There are {keys} at most; the warning is at {warn_keys}.',
        es: 'Hay {keys} como mucho; el aviso está en {warn_keys}.',
      },
    },
    many: {
      severity: 'warn',
      seen: {
        en: 'There are up to {keys}, more than {warn_keys}.',
        es: 'Hay hasta {keys}, más de {warn_keys}.',
      },
      why: {
        en: 'Too many variants of parameters, or keys without expiry. If so many are wanted, raise the threshold.',
        es: 'Demasiadas variantes de parámetros, o claves sin vencimiento. Si tantas son las previstas, suba el umbral.',
      },
      fix: { set: 'warn.keys', to: '{wanted}' },
    },
  },
  look: (x) =>
    ofServer(x, ({ sample }) => {
      const keys = sample?.members;
      if (keys === undefined) return 'hidden';
      const warn = x.settings.warn.keys;
      const figures = { keys, warn_keys: warn };
      return keys > warn
        ? { variant: 'many', figures: { ...figures, wanted: 2 * keys } }
        : { variant: 'pass', figures };
    }),
};
