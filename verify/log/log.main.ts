/**
 * Does the log lose anything, how late is its reader, and what does a poll cost?
 *
 *   npm run verify:log -- [--events 1000000] [--writers 8] [--batch 10]
 *
 * Writers append in transactions that end in another order than they began in, a foreign
 * transaction stays open in the middle; then 300,000 events lie behind an open transaction, once of
 * another client and once the very one that appended them. Says of each slow poll what it waited for.
 * Ends with 1 when a target is missed.
 */
import { readFileSync } from 'node:fs';
import { PerformanceObserver } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { readAppConfig } from '../../apps/api/src/config/app-config.js';
import { openDatabase } from '../../apps/api/src/database/open-database.js';
import { makeOutbox } from '../../apps/api/src/events/outbox/outbox.js';
import { runLogLoad } from '../../apps/api/test/support/log-load.js';
import { startPostgres } from '../../test/servers/postgres-server.js';
import { expectFigure, machine, quantile } from '../../bench/measure.js';

const BEHIND = 300_000;
const POLLS = 2_000;
const POLL_TARGET_MS = 5;
const LATENCY_TARGET_MS = 10;

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '1000000' },
    writers: { type: 'string', default: '8' },
    batch: { type: 'string', default: '10' },
  },
});
const server = await startPostgres({ config: { max_wal_size: '1GB' } });
const database = await openDatabase({ database: { url: server.url, poolSize: 2 }, dataDir: '' });
const config = readAppConfig({ DATABASE_URL: server.url, REDIS_HOST: 'unused' });
const log = await makeOutbox(config, database);
try {
  console.log(machine());
  const events = Number(values.events);
  const begin = performance.now();
  const { appended, lost, repeated, latencies } = await runLogLoad({
    ...{ url: server.url, log, events, foreignMs: 4_000 },
    ...{ writers: Number(values.writers), batch: Number(values.batch) },
    progress: (count) => {
      if (process.stdout.isTTY) process.stdout.write(`\r${String(count)} of ${String(events)}`);
    },
  });
  const seconds = (performance.now() - begin) / 1_000;
  const [p50, p99, most] = [0.5, 0.99, 1].map((share) => quantile(latencies, share));
  console.log(
    `\n${String(appended)} events in ${seconds.toFixed(0)} s (${(appended / seconds).toFixed(0)}/s): ` +
      `lost ${String(lost)}, repeated ${String(repeated)}; ` +
      `commit to reading p50 ${ms(p50)}, p99 ${ms(p99)}, max ${ms(most)}`,
  );
  expectFigure('nothing lost, nothing repeated', lost + repeated === 0);
  expectFigure(`p99 ≤ ${String(LATENCY_TARGET_MS)} ms`, (p99 ?? Infinity) <= LATENCY_TARGET_MS);
  await pollsBehind('of another client', async (open) => {
    await open.query('begin; select pg_current_xact_id()');
    const other = new pg.Client(server.url);
    await other.connect();
    await append(other);
    await other.end();
  });
  await pollsBehind('the one that appends them', async (open) => {
    await open.query('begin');
    await append(open);
  });
} finally {
  await log.close();
  await database.close();
  await server.stop();
}

/** What polls cost while a transaction stays open and many events were appended since it began. */
async function pollsBehind(
  whose: string,
  begin: (open: pg.Client) => Promise<void>,
): Promise<void> {
  const open = new pg.Client(server.url);
  await open.connect();
  await begin(open);
  let { cursor } = await log.read(undefined);
  const polls: number[] = [];
  const slow: string[] = [];
  const { rows: readers } = await open.query<{ pid: number }>(
    "select pid from pg_stat_activity where query like '%pg_snapshot_xip%' and pid <> pg_backend_pid()",
  );
  const waits = ['self', ...readers.map(({ pid }) => String(pid))];
  let collected = 0;
  const collections = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) collected += duration;
  });
  collections.observe({ entryTypes: ['gc'] });
  for (let poll = 0; poll < POLLS; poll += 1) {
    const before = waits.map(waitedMs);
    collected = 0;
    const sent = performance.now();
    ({ cursor } = await log.read(cursor));
    const took = performance.now() - sent;
    polls.push(took);
    if (took <= POLL_TARGET_MS) continue;
    const [reader = 0, server = 0] = waits.map((pid, at) => waitedMs(pid) - (before[at] ?? 0));
    // Collections are reported in a later turn.
    await new Promise(setImmediate);
    slow.push(
      `number ${String(poll + 1)} took ${ms(took)}: waited for a processor ${ms(reader)} here and ` +
        `${ms(server)} in the server, collected garbage for ${ms(collected)}`,
    );
  }
  collections.disconnect();
  await open.query('rollback');
  await open.end();
  const [p50, p99, most] = [quantile(polls, 0.5), quantile(polls, 0.99), quantile(polls, 1)];
  const above = polls.filter((poll) => poll > POLL_TARGET_MS).length;
  console.log(
    `poll with ${String(BEHIND)} events behind an open transaction (${whose}): ` +
      `p50 ${ms(p50)}, p99 ${ms(p99)}, max ${ms(most)}; ` +
      `${String(above)} of ${String(POLLS)} took more than ${String(POLL_TARGET_MS)} ms`,
  );
  for (const line of slow) console.log(`  poll ${line}`);
  expectFigure(`p99 ≤ ${String(POLL_TARGET_MS)} ms`, p99 <= POLL_TARGET_MS);
}

/** For how long a process has been ready to run without a processor, in milliseconds; Linux alone says. */
function waitedMs(pid: string): number {
  try {
    const [, waitedNs] = readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ');
    return Number(waitedNs) / 1e6;
  } catch {
    return NaN;
  }
}

async function append(client: pg.Client): Promise<void> {
  await client.query(
    `insert into domain_events (name, data)
     select 'tarea.created', '{"tareaId": 1}' from generate_series(1, ${String(BEHIND)})`,
  );
}

function ms(number: number | undefined): string {
  return `${(number ?? NaN).toFixed(1)} ms`;
}
