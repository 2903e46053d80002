import type { Check } from '../check.js';
import type { Examination } from '../examination.js';
import { megabytes, ofMemory } from '../examination.js';

/** A server with a limit makes room. */
export const EVICTION_NONE: Check<Examination, 'pass' | 'none'> = {
  id: 'eviction-none',
  problema: 3,
  title: {
    en: 'A full server makes room for new values',
    es: 'Un servidor lleno hace lugar a los valores nuevos',
  },
  variants: {
    pass: {
      severity: 'pass',
      seen: { en: 'maxmemory-policy is {policy}.', es: 'maxmemory-policy es {policy}.' },
    },
    none: {
      severity: 'warn',
      seen: {
        en: 'maxmemory-policy is noeviction with a limit of {limit_mb} MB.',
        es: 'maxmemory-policy es noeviction con un límite de {limit_mb} MB.',
      },
      why: {
        en: 'Once it is full it refuses to store (OOM), and nothing new is cached.',
        es: 'Cuando se llena se niega a guardar (OOM), y no se guarda nada nuevo.',
      },
      fix: { run: '{cli} CONFIG SET maxmemory-policy allkeys-lru' },
    },
  },
  look: (x) =>
    ofMemory(x, ({ limit, policy }) =>
      limit > 0 && policy === 'noeviction'
        ? { variant: 'none', figures: { limit_mb: megabytes(limit) } }
        : { variant: 'pass', names: { policy } },
    ),
};
