import type { Check } from '@gad/cache/store';
import { DATABASE_CLOCK } from './checks/database-clock.js';
import { DATABASE_REACHABLE } from './checks/database-reachable.js';
import { LOG_GROWING } from './checks/log-growing.js';
import { LOG_POLLED } from './checks/log-polled.js';
import { LOG_RETENTION } from './checks/log-retention.js';
import type { ApiFacts } from './database-facts.js';

/** The checks of the database and of its log of events. */
export const API_CHECKS: readonly Check<ApiFacts>[] = [
  ...[DATABASE_REACHABLE, DATABASE_CLOCK],
  ...[LOG_GROWING, LOG_POLLED, LOG_RETENTION],
];
