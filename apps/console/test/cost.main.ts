/**
 * What does an open console cost, and what does it gather over time?
 *
 *   npm run console:cost [-- --minutes 10 --rounds 9 --seconds 20]
 *
 * One process of the API over Redis and PostgreSQL of this machine, without other traffic, but with the
 * history of a busy hour, which each look at the overview adds up. Its processor time by the kernel's
 * count for so many seconds without a console and then with one on the overview, in rounds, because what
 * an idle process does differs from minute to minute; then the page's heap and document before and after
 * so many minutes.
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
/** Two slots of history end meanwhile. */
const TRAFFIC_MS = 25_000;
/** Where the board keeps slots of ten seconds, by their number modulo how many it keeps. */
const HISTORY = 'gad:\0board:history:10s';
const [SLOT_MS, HOUR_SLOTS, KEPT_SLOTS] = [10_000, 360, 720];
/** The number at the beginning of a slot. */
const NUMERAL = /^[@-\x7f]*[\0-?]/;
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
const browser = await launch();
try {
  console.log(machine());
  const traffic = await Traffic.start([api.url]);
  await traffic.run(TRAFFIC_MS);
  await fillHistory();
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

/** An hour like the traffic's, which would take an hour: a slot of it once for each ten seconds. */
async function fillHistory(): Promise<void> {
  const client = await createClient({ url: redis.url }).connect();
  const [slot] = await client.hVals(HISTORY);
  if (slot === undefined) throw new Error('no slot of the traffic has ended');
  const present = Math.floor(Date.now() / SLOT_MS);
  for (let number = present - HOUR_SLOTS; number < present; number++) {
    const text = numeral(number) + slot.replace(NUMERAL, '');
    await client.hSet(HISTORY, String(number % KEPT_SLOTS), text);
  }
  client.destroy();
}

/** Six bits a character, the lowest first; the seventh says that another one follows. */
function numeral(number: number): string {
  const last = number < 64;
  const text = String.fromCharCode((number % 64) + (last ? 0 : 64));
  return last ? text : text + numeral(Math.floor(number / 64));
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
