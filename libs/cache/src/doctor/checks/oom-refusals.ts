import type { Check } from '../check.js';
import type { Examination } from '../examination.js';
import { megabytes, ofMemory } from '../examination.js';
import { refusedIn, risen } from '../looks.js';
import { roomFor } from './memory-limit.js';

/** The server stores what it is given. */
export const OOM_REFUSALS: Check<Examination, 'pass' | 'refuses' | 'lately'> = {
  id: 'oom-refusals',
  problema: 3,
  title: { en: 'The server is not full', es: 'El servidor no está lleno' },
  explains: [
    'eviction-none',
    'eviction-volatile',
    'eviction-order',
    'memory-near-limit',
    'hit-ratio',
  ],
  variants: {
    pass: {
      severity: 'pass',
      seen: { en: 'It took a trial write.', es: 'Aceptó una escritura de prueba.' },
    },
    refuses: {
      severity: 'fail',
      seen: {
        en: 'It refuses to store (OOM): {used_mb} of {limit_mb} MB are used, and maxmemory-policy is {policy}.',
        es: 'Se niega a guardar (OOM): se usan {used_mb} de {limit_mb} MB, y maxmemory-policy es {policy}.',
      },
      why: {
        en: 'Nothing new is cached, so the source does the work. Removing still works.',
        es: 'No se guarda nada nuevo, así que trabaja la fuente. Borrar sigue funcionando.',
      },
      fix: {
        run: '{cli} CONFIG SET maxmemory-policy allkeys-lru && {cli} CONFIG SET maxmemory {wanted_mb}mb',
      },
    },
    lately: {
      severity: 'info',
      seen: {
        en: 'It refused {refused} writes lately, and takes them again.',
        es: 'Hace poco rechazó {refused} escrituras, y vuelve a aceptarlas.',
      },
    },
  },
  look: (x) =>
    ofMemory(x, ({ used, limit, policy }, { write, info }) => {
      if (write === 'OOM') {
        const figures = {
          used_mb: megabytes(used),
          limit_mb: megabytes(limit),
          wanted_mb: roomFor(Math.max(used, limit)),
        };
        return { variant: 'refuses', figures, names: { policy } };
      }
      const refused = risen(refusedIn(info), x.last?.refused) ?? 0;
      return refused > 0 ? { variant: 'lately', figures: { refused } } : { variant: 'pass' };
    }),
};
