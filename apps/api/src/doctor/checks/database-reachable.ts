import type { Check } from '@gad/cache/store';
import { translatePhrase } from '../../problems/spanish-phrases.js';
import type { ApiFacts } from '../database-facts.js';

/** The database answers and takes writes. */
export const DATABASE_REACHABLE: Check<ApiFacts, 'pass' | 'unusable'> = {
  id: 'database-reachable',
  problema: null,
  title: {
    en: 'The database answers and takes writes',
    es: 'La base de datos responde y acepta escrituras',
  },
  explains: ['relay-missing', 'no-proof', 'hit-ratio'],
  variants: {
    pass: { severity: 'pass', seen: { en: 'It does ({kind}).', es: 'Así es ({kind}).' } },
    unusable: {
      severity: 'fail',
      seen: { en: '{sentence}', es: '{oracion}' },
      why: {
        en: 'Nothing can be read past the cache, written, or proved to be fresh.',
        es: 'No se puede leer sin la caché, ni escribir, ni probar que algo está al día.',
      },
    },
  },
  look: ({ kind, refusal }) => {
    if (refusal === undefined) return { variant: 'pass', names: { kind } };
    const names = { sentence: refusal, oracion: translatePhrase(refusal) ?? refusal };
    return { variant: 'unusable', names };
  },
};
