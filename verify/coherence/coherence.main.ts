/**
 * Does any reader get what was invalidated before? Real processes, a real Redis, a real table; see
 * README.md beside this file.
 *
 *   npm run verify:coherence -- [--seconds 60] [--raw-seconds 60] [--rival-seconds 20] [--processes 4] [--seed n]
 *       [--adapters gad,raw,…] [--readers 32] [--writers 4] [--users 16] [--rest 0] [--think 0] [--rounds 1]
 *
 * Ends with 1 when an adapter of ours shows a stale read (`gad-local`: older than it may be), a
 * stuck key, a failed read or an unindexed value, and with 2 when the run does not count.
 */
import { parseArgs } from 'node:util';
import { startCluster } from '../../test/servers/redis-cluster.js';
import { startPostgres } from '../../test/servers/postgres-server.js';
import { startRedis } from '../../test/servers/redis-server.js';
import { RIVALS } from './adapters.js';
import { installRivals } from '../other-caches/install.js';
import { onCluster } from './cluster-adapters.js';
import { holds, mustHold, ppm, shortcomings, table } from './report.js';
import type { RunResult } from './run-adapter.js';
import { runAdapter } from './run-adapter.js';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    'raw-seconds': { type: 'string' },
    'rival-seconds': { type: 'string', default: '20' },
    processes: { type: 'string', default: '4' },
    readers: { type: 'string', default: '32' },
    writers: { type: 'string', default: '4' },
    users: { type: 'string', default: '16' },
    rest: { type: 'string', default: '0' },
    think: { type: 'string', default: '0' },
    rounds: { type: 'string', default: '1' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    adapters: { type: 'string', default: ['gad', 'raw', 'gad-set-by-hand', ...RIVALS].join(',') },
  },
});
const names = values.adapters.split(',');
const needsRivals = names.some((name) => RIVALS.some((rival) => rival === name));
if (needsRivals) installRivals();

const [cluster, redis, postgres] = await Promise.all([
  names.some(onCluster) ? startCluster({ config: { 'lazyfree-lazy-eviction': 'yes' } }) : undefined,
  startRedis({ config: { 'lazyfree-lazy-eviction': 'yes' } }),
  startPostgres({ config: { synchronous_commit: 'off' } }),
]);
const clusterUrls = cluster?.nodes.map(({ server }) => server.url).join() ?? '';
let failed = false;
let counts = true;
try {
  const databaseUrl = await postgres.createDatabase('coherence');
  for (let round = 0; round < Number(values.rounds); round++) {
    const seed = Number(values.seed) + round;
    const results: RunResult[] = [];
    for (const name of names) {
      const result = await runAdapter(name, {
        redisUrl: onCluster(name) ? clusterUrls : redis.url,
        databaseUrl,
        seconds: secondsOf(name),
        processes: Number(values.processes),
        readers: Number(values.readers),
        writers: Number(values.writers),
        users: Number(values.users),
        restMs: Number(values.rest),
        thinkMs: Number(values.think),
        seed,
      });
      results.push(result);
      console.error(`${name}: ${result.reads} reads, ${ppm(result).toFixed(2)} ppm stale`);
    }
    const durations = `${values.seconds} s for ours, ${secondsOf('raw')} s for raw`;
    console.log(`\nseed ${seed}, ${values.processes} processes, ${durations}\n`);
    console.log(table(results));
    const missing = shortcomings(results);
    console.log(missing.length === 0 ? '\nThis run counts.' : '\nThis run does not count:');
    for (const reason of missing) console.log(`  ${reason}`);
    counts &&= missing.length === 0;
    failed ||= results.some((result) => mustHold(result) && !holds(result));
  }
} finally {
  await Promise.all([cluster?.stop(), redis.stop(), postgres.stop()]);
}
process.exitCode = failed ? 1 : counts ? 0 : 2;

/** Raw and ours run long enough for the run to count; raw is done with its writes sooner. */
function secondsOf(name: string): number {
  if (name.startsWith('raw')) return Number(values['raw-seconds'] ?? values.seconds);
  return Number(mustHold({ adapter: name }) ? values.seconds : values['rival-seconds']);
}
