import type { Check } from '../check.js';
import type { Examination } from '../examination.js';
import { ofMemory } from '../examination.js';

/** A policy for keys with an expiry has such keys to evict. */
export const EVICTION_VOLATILE: Check<Examination, 'pass' | 'persistent'> = {
  id: 'eviction-volatile',
  problema: 3,
  title: {
    en: 'The eviction policy can reach every key',
    es: 'La política de expulsión alcanza todas las claves',
  },
  explains: ['eviction-order'],
  variants: {
    pass: {
      severity: 'pass',
      seen: { en: 'maxmemory-policy is {policy}.', es: 'maxmemory-policy es {policy}.' },
    },
    persistent: {
      severity: 'warn',
      seen: {
        en: 'maxmemory-policy is {policy}, and {persistent} of {keys} keys looked at have no expiry.',
        es: 'maxmemory-policy es {policy}, y {persistent} de {keys} claves vistas no tienen vencimiento.',
      },
      why: {
        en: 'They are never evicted: they push out all others, and then the server refuses to store.',
        es: 'Nunca se expulsan: desplazan a las demás, y después el servidor se niega a guardar.',
      },
      fix: { run: '{cli} CONFIG SET maxmemory-policy allkeys-lru' },
    },
  },
  look: (x) =>
    ofMemory(x, ({ policy }, { sample }) => {
      const persistent = sample?.persistent ?? 0;
      if (!policy.startsWith('volatile-') || persistent === 0) {
        return { variant: 'pass', names: { policy } };
      }
      const keys = sample?.keys.length ?? 0;
      return { variant: 'persistent', figures: { persistent, keys }, names: { policy } };
    }),
};
