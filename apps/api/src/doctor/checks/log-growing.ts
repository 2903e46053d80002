import type { Check } from '@gad/cache/store';
import type { ApiFacts } from '../database-facts.js';

/** Old events are removed from the log. */
export const LOG_GROWING: Check<ApiFacts, 'pass' | 'held' | 'unpruned'> = {
  id: 'log-growing',
  problema: null,
  title: {
    en: 'Old events are removed from the log',
    es: 'Los eventos viejos se borran del registro',
  },
  variants: {
    pass: {
      severity: 'pass',
      seen: {
        en: 'None is older than {retention_hours} hours.',
        es: 'Ninguno tiene más de {retention_hours} horas.',
      },
    },
    held: {
      severity: 'warn',
      seen: {
        en: '{overdue} events are overdue, the oldest with {oldest_hours} hours: a transaction that has been open for {open_minutes} minutes (process {pid} of the server) keeps them.',
        es: '{overdue} eventos están atrasados, el más viejo con {oldest_hours} horas: los retiene una transacción abierta desde hace {open_minutes} minutos (proceso {pid} del servidor).',
      },
      why: {
        en: 'The log grows, and so do all tables, because nothing can be removed that this transaction may still see.',
        es: 'El registro crece, y todas las tablas también, porque no se puede borrar nada que esa transacción aún pueda ver.',
      },
      fix: { run: 'psql "$DATABASE_URL" -c "SELECT pg_terminate_backend({pid})"' },
    },
    unpruned: {
      severity: 'warn',
      seen: {
        en: '{overdue} events are overdue, the oldest with {oldest_hours} hours.',
        es: '{overdue} eventos están atrasados, el más viejo con {oldest_hours} horas.',
      },
      why: {
        en: 'Each running process removes them once a minute: none has run for a while, or their log says why it cannot.',
        es: 'Cada proceso en marcha los borra una vez por minuto: hace rato que no corre ninguno, o su log dice por qué no puede.',
      },
    },
  },
  look: ({ log, retentionHours }) => {
    if (log === undefined) return 'unreachable';
    const { overdue, oldestHours, holder } = log;
    if (overdue === 0) return { variant: 'pass', figures: { retention_hours: retentionHours } };
    const figures = { overdue, oldest_hours: Math.round(oldestHours * 10) / 10 };
    if (holder === undefined) return { variant: 'unpruned', figures };
    const names = { pid: String(holder.pid) };
    const held = { ...figures, open_minutes: Math.round(holder.minutes) };
    return { variant: 'held', figures: held, names };
  },
};
