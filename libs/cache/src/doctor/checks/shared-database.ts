import type { Check } from '../check.js';
import type { Examination } from '../examination.js';
import { ofServer, percent } from '../examination.js';

const SHARE = 0.1;
const MANY = 20;
/** Redis has so many databases unless its configuration says otherwise. */
const DATABASES = 16;

/** The database is the cache's own. */
export const SHARED_DATABASE: Check<Examination, 'pass' | 'shared'> = {
  id: 'shared-database',
  problema: 3,
  title: {
    en: 'The database belongs to the cache alone',
    es: 'La base de Redis es solo de la caché',
  },
  variants: {
    pass: {
      severity: 'pass',
      seen: {
        en: '{others} of {names} names looked at belong to others.',
        es: '{others} de {names} nombres vistos son de otros.',
      },
    },
    shared: {
      severity: 'warn',
      seen: {
        en: '{others} of {names} names looked at belong to others, {others_percent} %.',
        es: '{others} de {names} nombres vistos son de otros, el {others_percent} %.',
      },
      why: {
        en: 'Emptying the cache scans them too, and one FLUSHDB empties both. Where memory is short, give the cache a server of its own: memory and eviction are shared by all databases.',
        es: 'Vaciar la caché las recorre también, y un FLUSHDB vacía ambas. Si falta memoria, dé a la caché un servidor propio: memoria y expulsión son de todas las bases.',
      },
      fix: { set: 'redis.database', to: '{free}' },
    },
  },
  look: (x) =>
    ofServer(x, ({ sample, info }) => {
      if (sample === undefined) return 'hidden';
      const { names, others } = sample;
      const figures = { names, others };
      if (others < MANY || others < SHARE * names) return { variant: 'pass', figures };
      const free = freeDatabase(info);
      const share = { others_percent: percent(others / names) };
      return {
        variant: 'shared',
        figures: { ...figures, ...share, ...(free === undefined ? {} : { free }) },
      };
    }),
};

/** The first database that holds nothing; `undefined` where none is known to. */
function freeDatabase(info: ReadonlyMap<string, string> | undefined): number | undefined {
  if (info === undefined) return undefined;
  for (let number = 0; number < DATABASES; number++) if (!info.has(`db${number}`)) return number;
  return undefined;
}
