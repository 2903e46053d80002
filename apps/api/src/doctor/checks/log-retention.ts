import type { Check } from '@gad/cache/store';
import type { ApiFacts } from '../database-facts.js';

const HOUR_MS = 3_600_000;

/** The log reaches back over an outage of the store. */
export const LOG_RETENTION: Check<ApiFacts, 'pass' | 'short'> = {
  id: 'log-retention',
  problema: 4,
  title: {
    en: 'The log of events reaches back further than an outage of the store',
    es: 'El registro de eventos abarca más que una caída del almacén',
  },
  variants: {
    pass: {
      severity: 'pass',
      seen: {
        en: 'It reaches back {retention_hours} hours; the longest outage in the journal took {outage_hours}.',
        es: 'Abarca {retention_hours} horas; la caída más larga del diario duró {outage_hours}.',
      },
    },
    short: {
      severity: 'warn',
      seen: {
        en: 'It reaches back {retention_hours} hours, and an outage in the journal took {outage_hours}.',
        es: 'Abarca {retention_hours} horas, y una caída del diario duró {outage_hours}.',
      },
      why: {
        en: 'After a longer outage it is not known what is stale, so the whole cache is emptied.',
        es: 'Tras una caída más larga no se sabe qué quedó viejo, así que se vacía toda la caché.',
      },
      fix: { set: 'retentionHours', to: '{wanted_hours}' },
    },
  },
  look: ({ cache: { store, longestOutageMs }, retentionHours }) => {
    if (store === 'memory') return 'in_process';
    if (longestOutageMs === undefined) return 'unreachable';
    const hours = Math.round((longestOutageMs / HOUR_MS) * 10) / 10;
    const figures = { retention_hours: retentionHours, outage_hours: hours };
    if (longestOutageMs < retentionHours * HOUR_MS) return { variant: 'pass', figures };
    return { variant: 'short', figures: { ...figures, wanted_hours: Math.ceil(2 * hours) } };
  },
};
