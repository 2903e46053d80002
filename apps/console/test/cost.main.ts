/**
 * What does an open console cost, and what does it gather over time?
 *
 *   npm run console:cost [-- --minutes 10 --rounds 9 --seconds 20]
 *
 * One process of the API over Redis and PostgreSQL of this machine, without other traffic, but with the
 * history of a busy hour, which each look at the overview adds up: its processor
 * time for so many seconds without a console and then with one on the overview, by the kernel's count, in
 * rounds, because what an idle process does differs from minute to minute; then the page's heap and
 * document before and after so many minutes.
 */
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createClient } from 'redis';
import { expectFigure, machine, quantile, spread } from '../../../bench/measure.js';
import { findChromium } from '../../../test/servers/chromium.js';
import { startPostgres } from '../../../test/servers/postgres-server.js';
import { startRedis } from '../../../test/servers/redis-server.js';
import { buildConsole } from '../../../tools/build-console.mjs';
import { startApiProcess } from '../../api/test/support/api-process.js';
import { packSlot, slotNumber, STEPS } from '../../../libs/cache/src/observe/history.js';
import { COUNTER_NAMES } from '../../../libs/cache/src/observe/tally.js';
import { KeyLayout } from '../../../libs/cache/src/store/redis/key-layout.js';
import { heldBy } from './support/measures.js';
import { launch, logIn } from './support/test-browser.js';
import { Traffic } from './support/traffic.js';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    rounds: { type: 'string', default: '9' },
    seconds: { type: 'string', default: '20' },
  },
});
const seconds = Number(values.seconds);
/** Of the kernel's clock, in milliseconds. */
const TICK_MS = 10;
/** Starting ends, and what begins after it: the first doctor's round, warming, compiling of hot code. */
const WARM_UP_MS = 60_000;
/** Slots of ten seconds. */
const HOUR_SLOTS = 360;
/** The page has loaded, or its last request is answered. */
const SETTLED_MS = 3_000;

process.env['CHROMIUM_PROGRAM'] = await findChromium();
await buildConsole(process.cwd());
const redis = await startRedis();
const postgres = await startPostgres();
const api = await startApiProcess({
  REDIS_URL: redis.url,
  DATABASE_URL: await postgres.createDatabase('cost'),
  CACHE_LOG_LEVEL: 'off',
});
await fillHistory();
const browser = await launch();
try {
  console.log(machine());
  const traffic = await Traffic.start([api.url]);
  await traffic.run(5_000);
  const page = await logIn(await browser.visitor(), api.url);
  await page.locator('.figures').waitFor();
  const begin = performance.now();
  await page.reload();
  await page.locator('.figures').waitFor();
  const firstMs = performance.now() - begin;
  await sleep(WARM_UP_MS);
  const [without, open]: [number[], number[]] = [[], []];
  for (let round = 0; round < Number(values.rounds); round++) {
    await page.goto('about:blank');
    without.push(await processorMs());
    await page.goto(`${api.url}/console/`);
    await page.locator('.figures').waitFor();
    open.push(await processorMs());
  }
  const before = await heldBy(page);
  await sleep(Number(values.minutes) * 60_000);
  const after = await heldBy(page);
  const cost = quantile(
    open.map((ms, round) => ms - (without[round] ?? 0)),
    0.5,
  );
  const grown = (after.heapBytes - before.heapBytes) / 1_000_000;
  console.log(
    [
      `first figures after ${firstMs.toFixed(0)} ms`,
      `processor ${spread(without, 1)} ms/s without a console, ${spread(open, 1)} with one`,
      `median of the differences ${cost.toFixed(2)} ms/s`,
      `heap ${grown.toFixed(2)} MB more, DOM nodes ${String(before.nodes)} → ${String(after.nodes)}`,
    ].join('\n'),
  );
  expectFigure('the first figures take ≤ 1.5 s', firstMs <= 1_500);
  expectFigure('an open console costs ≤ 3 ms of processor a second', cost <= 3);
  expectFigure('the heap grows by ≤ 5 MB', grown <= 5);
  expectFigure('the DOM nodes do not grow', after.nodes <= before.nodes);
} finally {
  await browser.close();
  await api.dispose();
  await postgres.stop();
  await redis.stop();
}

/** Three namespaces that were used all the time. Traffic of an hour would take an hour. */
async function fillHistory(): Promise<void> {
  const layout = new KeyLayout('gad:', 0);
  const names = ['stats:user', 'principal', 'reports'];
  const counts = new Map(names.map((name) => [name, COUNTER_NAMES.map(() => 500)]));
  const present = slotNumber('10s', Date.now());
  const client = await createClient({ url: redis.url }).connect();
  for (let slot = present - HOUR_SLOTS; slot < present; slot++) {
    const field = String(slot % STEPS['10s'].slots);
    await client.hSet(layout.board('history:10s'), field, packSlot(slot, counts).text);
  }
  const known = names.map((value) => ({ score: Date.now(), value }));
  await client.zAdd(layout.board('names'), known);
  client.destroy();
}

/** The processor time of the API a second, in milliseconds. */
async function processorMs(): Promise<number> {
  await sleep(SETTLED_MS);
  const before = await usedMs();
  await sleep(seconds * 1_000);
  return ((await usedMs()) - before) / seconds;
}

async function usedMs(): Promise<number> {
  const stat = await readFile(`/proc/${String(api.pid)}/stat`, 'utf8');
  // After the name of the program, which may have spaces: user and system time are the 12th and 13th.
  const [user, system] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13);
  return (Number(user) + Number(system)) * TICK_MS;
}
