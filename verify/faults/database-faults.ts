import { setTimeout as sleep } from 'node:timers/promises';
import { between, type Fault, type Stage } from './stage.js';

/** No operator puts a database back in less. */
const RESTORE_MS = 2_000;

export const DATABASE_FAULTS: readonly Fault[] = [
  { name: 'database-restart', run: ({ database }) => database.restart() },
  { name: 'database-crash', run: ({ database }) => database.crash() },
  {
    name: 'database-restore',
    run: async ({ database, load, random }: Stage): Promise<void> => {
      await database.backUp();
      await sleep(between(random, 2_000, 4_000));
      await load.stopWriters();
      let since = load.now();
      await database.restore(async () => {
        await sleep(RESTORE_MS);
        since = load.now();
      });
      await load.beginAnew(since);
      load.startWriters();
    },
  },
];
