import type { Check } from '../check.js';
import type { Examination } from '../examination.js';
import { megabytes, ofMemory } from '../examination.js';
import { risen } from '../looks.js';
import { roomFor } from './memory-limit.js';

/** So many evictions in a minute, and so large a share of the keys, are a flood. */
const MANY = 100;
const SHARE = 0.01;
/** Below this share of the limit the server does not evict any more. */
const ROOM = 0.9;

/** Values live as long as their ttl. */
export const EVICTIONS: Check<Examination, 'pass' | 'some' | 'many'> = {
  id: 'evictions',
  problema: 3,
  title: {
    en: 'Values live as long as their ttl',
    es: 'Los valores duran lo que dice su ttl',
  },
  explains: ['memory-near-limit'],
  variants: {
    pass: {
      severity: 'pass',
      seen: { en: 'None was evicted lately.', es: 'No se expulsó ninguno hace poco.' },
    },
    some: {
      severity: 'info',
      seen: {
        en: '{evicted} values were evicted since the last look.',
        es: 'Se expulsaron {evicted} valores desde la última mirada.',
      },
      why: {
        en: 'The cache makes room for new values, which is its work at the limit.',
        es: 'La caché hace lugar a los valores nuevos, que es su trabajo en el límite.',
      },
    },
    many: {
      severity: 'warn',
      seen: {
        en: '{evicted} values were evicted in {seconds} s, with {used_mb} of {limit_mb} MB used.',
        es: 'Se expulsaron {evicted} valores en {seconds} s, con {used_mb} de {limit_mb} MB usados.',
      },
      why: {
        en: 'They were dropped before their ttl, and are loaded again when they are asked for.',
        es: 'Se descartaron antes de su ttl, y se cargan otra vez cuando se piden.',
      },
      fix: { run: '{cli} CONFIG SET maxmemory {wanted_mb}mb' },
    },
  },
  look: (x) =>
    ofMemory(x, ({ used, limit }, { info, sample }) => {
      const { last, at } = x;
      const evicted = risen(Number(info?.get('evicted_keys') ?? NaN), last?.evicted);
      if (last === undefined || evicted === undefined) return 'first_look';
      if (!(evicted > 0)) return { variant: 'pass' };
      const isFlood = evicted >= MANY && evicted >= SHARE * (sample?.members ?? 0);
      if (!isFlood || used < ROOM * limit) return { variant: 'some', figures: { evicted } };
      const figures = {
        evicted,
        seconds: Math.max(1, Math.round((at - last.at) / 1_000)),
        used_mb: megabytes(used),
        limit_mb: megabytes(limit),
        wanted_mb: roomFor(limit),
      };
      return { variant: 'many', figures };
    }),
};
