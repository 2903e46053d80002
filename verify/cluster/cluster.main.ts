/**
 * Does a reader get what an acknowledged write replaced, while shards of a Redis Cluster fail over with
 * lost removals, slots move name by name, or a master is frozen? Real servers; the processes' caches
 * live in this one, over a log in memory that is committed with the values.
 *
 *   npm run verify:cluster -- [--faults failover,moves,frozen] [--subjects gad,raw] [--seconds 30]
 *       [--processes 3] [--readers 12] [--users 60] [--shards 12]
 *
 * Ends with 1 when ours shows an old value, keeps one, or fails a call, and with 2 when plain
 * cache-aside shows fewer than 1,000 old values in a million where it ran: then the run does not count.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startCluster } from '../../test/servers/redis-cluster.js';
import { textTable } from '../support/text-table.js';
import { CLUSTER_FAULTS } from './cluster-faults.js';
import { openProcess, SUBJECTS } from './subjects.js';
import { World } from './world.js';

const { values } = parseArgs({
  options: {
    faults: { type: 'string', default: Object.keys(CLUSTER_FAULTS).join() },
    subjects: { type: 'string', default: SUBJECTS.join() },
    seconds: { type: 'string', default: '30' },
    processes: { type: 'string', default: '3' },
    readers: { type: 'string', default: '12' },
    users: { type: 'string', default: '60' },
    shards: { type: 'string', default: '12' },
  },
});
const sizes = { readers: Number(values.readers), users: Number(values.users) };
const shards = Number(values.shards);
/** Until what was acknowledged last must be applied everywhere. */
const QUIET_MS = 2_500;
const COUNTS_PPM = 1_000;

const rows: string[][] = [];
let [failed, counts] = [false, true];
for (const name of values.faults.split(',')) {
  const fault = CLUSTER_FAULTS[name];
  if (fault === undefined) throw new Error(`There is no fault ${name}.`);
  for (const subject of values.subjects.split(',')) {
    const cluster = await startCluster();
    try {
      const world = new World(sizes);
      const caches = await Promise.all(
        Array.from({ length: Number(values.processes) }, () =>
          openProcess(subject, cluster.addresses, shards, world),
        ),
      );
      const end = performance.now() + Number(values.seconds) * 1_000;
      const load = world.run(caches, () => performance.now() > end);
      const strikes = await fault(cluster, shards, end);
      await load;
      await cluster.heal();
      await sleep(QUIET_MS);
      const stuck = await world.countStuck(caches[0]);
      await Promise.all(caches.map((cache) => cache.close()));
      const { reads, hits, stale, writes, failures, writeMs } = world.figures();
      const ppm = (stale / Math.max(1, reads)) * 1_000_000;
      rows.push([
        ...[name, subject, reads, stale, ppm.toFixed(0), stuck, failures, writes, strikes].map(
          String,
        ),
        `${((100 * hits) / Math.max(1, reads)).toFixed(0)} %`,
        `${writeMs.p50.toFixed(1)} / ${writeMs.p99.toFixed(0)}`,
      ]);
      if (subject === 'gad') failed ||= stale + stuck + failures > 0;
      else if (name !== 'frozen') counts &&= ppm >= COUNTS_PPM;
    } finally {
      await cluster.stop();
    }
  }
}
const header = ['fault', 'subject', 'reads', 'old', 'ppm', 'kept', 'failed', 'writes', 'strikes'];
console.log(textTable([...header, 'hits', 'write p50 / p99 ms'], rows));
process.exit(failed ? 1 : counts ? 0 : 2);
