/** One process of a coherence run; `run-adapter.ts` forks it and commands it. */
import { recipeOf } from './adapters.js';
import { clockSince } from '../support/history.js';
import { keyOf, PERIODS } from './keyspace.js';
import { StatesTable } from './states-table.js';
import type { FromWorker, ToWorker, WorkerSetup } from './worker-messages.js';
import { Workload } from './workload.js';

// Written by the parent, in the same version of this code.
const setup = JSON.parse(process.argv[2] ?? '{}') as WorkerSetup;
const recipe = await recipeOf(setup.adapter);
const keys = Array.from({ length: setup.users * PERIODS.length }, (_, row) => keyOf(row));
const cache = await recipe.open({ redisUrl: setup.redisUrl, keys });
const table = new StatesTable(setup.databaseUrl, 10);
const workload = new Workload(setup, cache, table);

process.on('message', (message) => {
  // As above.
  void obey(message as ToWorker);
});
process.on('disconnect', () => {
  process.exit();
});
report({ type: 'ready' });

async function obey(message: ToWorker): Promise<void> {
  if (message.type === 'go') {
    await workload.run(clockSince(BigInt(message.origin)), message.seconds);
    report({ type: 'quiet' });
    return;
  }
  report({ type: 'audited', stuck: await workload.countStuck() });
  await cache.close();
  await table.close();
  process.disconnect();
}

function report(message: FromWorker): void {
  process.send?.(message);
}
