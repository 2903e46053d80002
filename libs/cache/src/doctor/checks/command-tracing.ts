import type { Check } from '../check.js';
import type { Examination } from '../examination.js';

/** Cached values stay in the cache. */
export const COMMAND_TRACING: Check<Examination, 'pass' | 'traced'> = {
  id: 'command-tracing',
  problema: null,
  title: {
    en: 'No tracer receives the cached values',
    es: 'Ningún trazador recibe los valores guardados',
  },
  variants: {
    pass: {
      severity: 'pass',
      seen: {
        en: 'Nothing in this process subscribes to the commands of the Redis client.',
        es: 'Nada en este proceso está suscrito a los comandos del cliente de Redis.',
      },
    },
    traced: {
      severity: 'warn',
      seen: {
        en: 'Something in this process subscribes to the commands of the Redis client.',
        es: 'Algo en este proceso está suscrito a los comandos del cliente de Redis.',
      },
      why: {
        en: 'It receives all arguments of EVALSHA, and the cached values are among them, so its traces hold the values. Switch the spans of Redis off in the tracer.',
        es: 'Recibe todos los argumentos de EVALSHA, y entre ellos los valores guardados: sus trazas los contienen. Desactive en el trazador los spans de Redis.',
      },
    },
  },
  look: ({ store, traced }) => {
    if (store === 'memory') return 'in_process';
    return { variant: traced ? 'traced' : 'pass' };
  },
};
