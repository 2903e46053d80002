import { lintKey } from '../../keys/key-lint.js';
import type { Check } from '../check.js';
import type { Examination } from '../examination.js';
import { ofServer } from '../examination.js';

/** Patterns can select keys by their parts. */
export const FLAT_KEYS: Check<Examination, 'pass' | 'flat'> = {
  id: 'flat-keys',
  problema: 4,
  title: {
    en: 'Keys are made of parts, such as stats:user:2:days:30',
    es: 'Las claves tienen partes, como stats:user:2:days:30',
  },
  variants: {
    pass: {
      severity: 'pass',
      seen: { en: 'All {keys} that were looked at are.', es: 'Las {keys} vistas las tienen.' },
    },
    flat: {
      severity: 'warn',
      seen: {
        en: '{flat} of {keys} that were looked at are flat or glued, such as {example}.',
        es: '{flat} de {keys} vistas son planas o pegadas, como {example}.',
      },
      why: {
        en: 'No pattern removes such a key together with its like: write a name and a number as two parts.',
        es: 'Ningún patrón borra una clave así junto con sus semejantes: escriba nombre y número como dos partes.',
      },
    },
  },
  look: (x) =>
    ofServer(x, ({ sample }) => {
      if (sample === undefined) return 'hidden';
      const unknown = new Set(sample.unindexed);
      const own = sample.keys.filter((key) => !unknown.has(x.settings.prefix + key));
      const flat = own.filter((key) => lintKey(key) !== undefined);
      const figures = { keys: own.length, flat: flat.length };
      const [example] = flat;
      if (example === undefined) return { variant: 'pass', figures };
      return { variant: 'flat', figures, names: { example } };
    }),
};
