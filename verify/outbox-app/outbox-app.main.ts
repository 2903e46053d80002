/**
 * Does a small application of another team (TypeORM, Express) lose an invalidation when it is killed
 * between commit and removal?
 *
 *   npm run verify:outbox-app -- [--rounds 1000] [--control 20] [--lanes 4]
 *
 * Each round: a reader caches a price, a writer commits another one and dies by SIGKILL before it
 * removes anything, and the reader is asked until it serves the new price. A read that begins two
 * seconds after the death and has the old price is stale. The control is the same application without
 * the outbox. Ends with 1 when a read with the outbox is stale, or none of the control is.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { outboxMigration } from '@gad/cache-postgres';
import { startPostgres } from '../../test/servers/postgres-server.js';
import { startRedis } from '../../test/servers/redis-server.js';
import { expectFigure, machine, quantile } from '../../bench/measure.js';
import { AppProcess, buildApp, type AppSettings } from './app-process.js';

/** A process that is gone may have led for half a second, and been believed for 1.5 s. */
const LATEST_MS = 2_000;
const ASK_EVERY_MS = 10;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '1000' },
    control: { type: 'string', default: '20' },
    lanes: { type: 'string', default: '4' },
  },
});

const [redis, postgres] = await Promise.all([startRedis(), startPostgres()]);
const app = await buildApp();
try {
  console.log(machine());
  const rounds = Number(values.rounds);
  const served = await run(rounds, true);
  report('with the outbox', served);
  const control = await run(Number(values.control), false);
  report('control, without the outbox', control);
  expectFigure(`no read of ${String(rounds)} is stale`, staleOf(served) === 0);
  expectFigure('the control shows stale reads', staleOf(control) > 0);
} finally {
  await app.remove();
  await Promise.all([redis.stop(), postgres.stop()]);
}

/** Milliseconds from the death of the writer to the new price; `Infinity` for a stale read. */
async function run(rounds: number, outbox: boolean): Promise<number[]> {
  const databaseUrl = await postgres.createDatabase(outbox ? 'with_outbox' : 'without');
  const redisUrl = `${redis.url}/${outbox ? '1' : '2'}`;
  const settings: AppSettings = { databaseUrl, redisUrl, outbox };
  const client = new pg.Client(databaseUrl);
  await client.connect();
  await client.query(outboxMigration());
  await client.query('create table prices (id int primary key, n int not null)');
  await client.query('insert into prices select id, 0 from generate_series(1, $1) as id', [rounds]);
  const reader = await AppProcess.start(settings);
  const took: number[] = [];
  let next = 1;
  const lane = async (): Promise<void> => {
    let writer = start(settings);
    for (let id = next++; id <= rounds; id = next++) {
      const ready = await writer;
      if (next <= rounds) writer = start(settings);
      took.push(await playRound(client, reader, ready, id));
    }
    await (await writer).stop();
  };
  try {
    await Promise.all(Array.from({ length: Math.min(Number(values.lanes), rounds) }, lane));
  } finally {
    await reader.stop();
    await client.end();
  }
  return took;
}

/** Begins to start a process; who awaits it sees the failure. */
function start(settings: AppSettings): Promise<AppProcess> {
  const starting = AppProcess.start(settings);
  starting.catch(() => undefined);
  return starting;
}

async function playRound(
  client: pg.Client,
  reader: AppProcess,
  writer: AppProcess,
  id: number,
): Promise<number> {
  // Until it is a hit: a price that is not cached cannot be stale.
  while (!(await reader.read(id)).hit) await sleep(ASK_EVERY_MS);
  const diedAt = await writer.writeAndDie(id, 1);
  const { rows } = await client.query<{ n: number }>('select n from prices where id = $1', [id]);
  if (rows[0]?.n !== 1) throw new Error(`the writer of price ${String(id)} died before its commit`);
  for (;;) {
    const askedAt = performance.now() - diedAt;
    if ((await reader.read(id)).n === 1) return askedAt;
    if (askedAt >= LATEST_MS) return Infinity;
    await sleep(ASK_EVERY_MS);
  }
}

function staleOf(took: readonly number[]): number {
  return took.filter((ms) => ms === Infinity).length;
}

function report(what: string, took: readonly number[]): void {
  const sorted = took.filter(Number.isFinite).sort((a, b) => a - b);
  const [p50, p99, most] = [0.5, 0.99, 1].map((share) => quantile(sorted, share));
  const ms = (value: number | undefined): string => (value ?? NaN).toFixed(0);
  const fresh = `; new price after p50 ${ms(p50)} ms, p99 ${ms(p99)} ms, max ${ms(most)} ms`;
  console.log(
    `${what}: ${String(took.length)} rounds, ${String(staleOf(took))} stale` +
      (sorted.length > 0 ? fresh : ''),
  );
}
