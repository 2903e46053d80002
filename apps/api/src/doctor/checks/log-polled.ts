import type { Check } from '@gad/cache/store';
import type { ApiFacts } from '../database-facts.js';

/** Events are announced at once. */
export const LOG_POLLED: Check<ApiFacts, 'pass' | 'polled'> = {
  id: 'log-polled',
  problema: null,
  title: {
    en: 'The log of events is read when something is appended',
    es: 'El registro de eventos se lee cuando se agrega algo',
  },
  variants: {
    pass: {
      severity: 'pass',
      seen: {
        en: 'A connection of its own listens, or the database is embedded.',
        es: 'Escucha una conexión propia, o la base es embebida.',
      },
    },
    polled: {
      severity: 'info',
      seen: {
        en: 'DATABASE_URL leads to a pooler, where nothing can listen, so the log is polled.',
        es: 'DATABASE_URL lleva a un pooler, donde nada puede escuchar, así que el registro se sondea.',
      },
      why: {
        en: 'An event whose writer died is applied some tenths of a second later. DATABASE_DIRECT_URL can lead past the pooler.',
        es: 'Un evento cuyo autor murió se aplica unas décimas de segundo después. DATABASE_DIRECT_URL puede evitar el pooler.',
      },
    },
  },
  look: ({ polled }) => ({ variant: polled ? 'polled' : 'pass' }),
};
