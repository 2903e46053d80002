/**
 * Does the cache let a caller in whom the database would refuse? Starts its own servers and API
 * processes. Ends with 1 if a request is let through after the logout, the new role or the deletion
 * that forbids it was acknowledged.
 *
 *   npm run verify:sessions -- [--times 1000] [--requests 100000] [--faults] [--local] [--processes 2]
 *
 * `--times`: logouts on one process, each with the next request on another.
 * `--requests`: answers of a load that are judged one by one; with `--faults` while Redis and the
 * processes fail.
 */
import { parseArgs } from 'node:util';
import { strike } from './faults.js';
import { handOver } from './handover.js';
import { JudgedLoad } from './judged-load.js';
import { Stage } from './stage.js';

const READERS = 16;

const { values } = parseArgs({
  options: {
    times: { type: 'string', default: '1000' },
    requests: { type: 'string', default: '100000' },
    processes: { type: 'string', default: '2' },
    faults: { type: 'boolean', default: false },
    local: { type: 'boolean', default: false },
  },
});

const stage = await Stage.set({ processes: Number(values.processes), local: values.local });
const striking = new AbortController();
try {
  const admin = await stage.admin();
  const handover = await handOver(stage, Number(values.times));
  console.log(
    `logout on one process, next request on another: ${handover.times} times, ` +
      `${handover.cached} with the caller in the cache, ${handover.letIn} let in`,
  );
  const load = new JudgedLoad(stage, admin);
  const faults = values.faults ? strike(stage, striking.signal) : undefined;
  await load.run(Number(values.requests), READERS);
  striking.abort();
  for (const [name, count] of (await faults) ?? []) console.log(`${name}: ${count} times`);
  console.log(JSON.stringify(load.result));
  const { wronglyServed, wronglyRefused } = load.result;
  if (handover.letIn + wronglyServed + wronglyRefused > 0) process.exitCode = 1;
} finally {
  striking.abort();
  await stage.clear();
}
