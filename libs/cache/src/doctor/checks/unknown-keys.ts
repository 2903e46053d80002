import { shellWord } from '../../store/redis/server/server-place.js';
import type { Check } from '../check.js';
import type { Examination } from '../examination.js';
import { ofServer } from '../examination.js';

/** Names in one command. */
const AT_ONCE = 100;

/** What lies under the prefix was stored by the cache. */
export const UNKNOWN_KEYS: Check<Examination, 'pass' | 'unknown'> = {
  id: 'unknown-keys',
  problema: 4,
  title: {
    en: 'Every key under the prefix was stored by the cache',
    es: 'Toda clave bajo el prefijo la guardó la caché',
  },
  variants: {
    pass: {
      severity: 'pass',
      seen: {
        en: 'The index has all {keys} keys that were looked at.',
        es: 'El índice tiene las {keys} claves vistas.',
      },
    },
    unknown: {
      severity: 'warn',
      seen: {
        en: 'The index lacks {unknown} keys that were looked at, such as {example}.',
        es: 'Al índice le faltan {unknown} claves vistas, como {example}.',
      },
      why: {
        en: 'Another program wrote them. No pattern removes them, so they stay when the data changes.',
        es: 'Las escribió otro programa. Ningún patrón las borra, así que se quedan cuando los datos cambian.',
      },
      fix: { run: '{cli} UNLINK {unlinked}' },
    },
  },
  look: (x) =>
    ofServer(x, ({ sample }) => {
      if (sample === undefined) return 'hidden';
      const { unindexed, keys } = sample;
      const [example] = unindexed;
      if (example === undefined) return { variant: 'pass', figures: { keys: keys.length } };
      // What a shell can take as it stands.
      const plain = unindexed.filter((name) => /^[\x20-\x7e]+$/.test(name)).slice(0, AT_ONCE);
      const unlinked = plain.map(shellWord).join(' ');
      const names = { example, ...(unlinked === '' ? {} : { unlinked }) };
      return { variant: 'unknown', figures: { unknown: unindexed.length }, names };
    }),
};
