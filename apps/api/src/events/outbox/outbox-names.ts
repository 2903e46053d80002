import type { OutboxNames } from '@gad/cache-postgres';

/** As migrations 0001 and 0002 made them; processes of every version notify on this channel. */
export const OUTBOX_NAMES: OutboxNames = {
  table: 'domain_events',
  logTable: 'domain_event_log',
  channel: 'gad_domain_events',
};
