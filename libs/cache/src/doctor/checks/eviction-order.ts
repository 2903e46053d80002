import type { Check } from '../check.js';
import type { Examination } from '../examination.js';
import { ofMemory } from '../examination.js';

/** Old values are evicted before the leases of running loads. */
export const EVICTION_ORDER: Check<Examination, 'pass' | 'leases'> = {
  id: 'eviction-order',
  problema: 3,
  title: {
    en: 'Old values are evicted before running loads',
    es: 'Se expulsan los valores viejos antes que las cargas en curso',
  },
  variants: {
    pass: {
      severity: 'pass',
      seen: { en: 'maxmemory-policy is {policy}.', es: 'maxmemory-policy es {policy}.' },
    },
    leases: {
      severity: 'warn',
      seen: { en: 'maxmemory-policy is {policy}.', es: 'maxmemory-policy es {policy}.' },
      why: {
        en: 'A lease is new, short-lived and used once, so this policy takes it first: the value of that load is not stored.',
        es: 'Un lease es nuevo, breve y de un solo uso, así que esta política lo toma primero: el valor de esa carga no se guarda.',
      },
      fix: { run: '{cli} CONFIG SET maxmemory-policy allkeys-lru' },
    },
  },
  look: (x) =>
    ofMemory(x, ({ limit, policy }) => ({
      variant: limit > 0 && policy !== 'allkeys-lru' && policy !== 'noeviction' ? 'leases' : 'pass',
      names: { policy },
    })),
};
