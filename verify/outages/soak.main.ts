/**
 * Does anything grow when Redis comes and goes for a long time under load? One application over our
 * cache, fifty readers, an outage every few seconds, each kind in turn; memory (after a forced
 * collection), descriptors and active resources are looked at between outages.
 *
 *   npm run verify:soak -- --minutes 10
 *
 * Ends with 1 if a request failed, descriptors or resources grew for good, or the heap's trend over the
 * second half of the run is more than a tenth of its size.
 */
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Readers } from './readers.js';
import { SCENARIOS } from './scenarios.js';
import { clearStage, setStage, startSubject, type RunningSubject } from './stage.js';

const OUTAGE_MS = 1_500;
const QUIET_MS = 2_000;
const MIB = 1024 * 1024;

interface Look {
  readonly seconds: number;
  readonly rss: number;
  readonly heap: number;
  readonly resources: number;
  readonly descriptors: number;
}

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '10' } } });
const minutes = Number(values.minutes);
if (!(minutes > 0)) throw new Error('--minutes takes a number above 0');

const cycle = SCENARIOS.filter(({ beforeStart }) => beforeStart !== true);
const stage = await setStage();
const subject = await startSubject('gad', stage);
const readers = new Readers(subject.url);
const begin = performance.now();
const looks: Look[] = [];
let outages = 0;
let failed = 0;
let requests = 0;

/** Adds up what has been answered and forgets it: the soak must not grow itself. */
function tally(): void {
  const samples = readers.samples.splice(0);
  requests += samples.length;
  failed += samples.filter(({ ok }) => !ok).length;
}

try {
  process.stdout.write('seconds  outages  requests  failed  rss MiB  heap MiB  fds  resources\n');
  while (performance.now() - begin < minutes * 60_000) {
    for (const scenario of cycle) {
      await scenario.strike(stage);
      await sleep(OUTAGE_MS);
      await scenario.heal(stage);
      outages += 1;
      await sleep(QUIET_MS);
    }
    tally();
    const look = await lookAt(subject);
    looks.push(look);
    const { seconds, rss, heap, descriptors, resources } = look;
    const cells = [seconds, outages, requests, failed, rss / MIB, heap / MIB];
    const figures = [...cells.map((cell) => cell.toFixed(0)), descriptors, resources];
    const widths = [7, 8, 9, 7, 8, 9, 4, 10];
    const line = figures.map((figure, n) => String(figure).padStart(widths[n] ?? 0)).join(' ');
    process.stdout.write(`${line}\n`);
  }
  await readers.stop();
  tally();
} finally {
  await subject.stop();
  await stage.redis.kill('SIGCONT');
  await clearStage(stage);
}

const broken = verdict();
for (const sentence of broken) process.stdout.write(`BROKEN: ${sentence}\n`);
if (broken.length === 0) process.stdout.write('flat\n');
process.exitCode = broken.length === 0 ? 0 : 1;

async function lookAt({ child, pid }: RunningSubject): Promise<Look> {
  const answer = once(child, 'message');
  child.send('look');
  // The subject answers exactly this.
  const [figures] = (await answer) as [{ rss: number; heap: number; resources: number }];
  const seconds = (performance.now() - begin) / 1_000;
  return { seconds, ...figures, descriptors: readdirSync(`/proc/${pid}/fd`).length };
}

function verdict(): string[] {
  const found: string[] = [];
  if (failed > 0) found.push(`${failed} of ${requests} requests failed`);
  // Both go up and down with the moment; what leaks never comes down to where it once was.
  const quarter = Math.floor(looks.length / 4);
  const early = looks.slice(0, quarter);
  const late = looks.slice(-quarter);
  if (quarter === 0) return [...found, 'too short a run to judge'];
  for (const figure of ['descriptors', 'resources'] as const) {
    const lowest = Math.min(...late.map((look) => look[figure]));
    const highest = Math.max(...early.map((look) => look[figure]));
    if (lowest > highest) found.push(`${figure} grew from ${highest} to ${lowest} and stay there`);
  }
  const half = looks.slice(Math.floor(looks.length / 2));
  const growth = slope(half) * ((half.at(-1)?.seconds ?? 0) - (half[0]?.seconds ?? 0));
  if (growth > (half.at(-1)?.heap ?? 0) / 10)
    found.push(`the heap grew by ${(growth / MIB).toFixed(1)} MiB`);
  return found;
}

/** Bytes of heap per second, by least squares. */
function slope(points: readonly Look[]): number {
  const n = points.length;
  const meanX = points.reduce((sum, { seconds }) => sum + seconds, 0) / n;
  const meanY = points.reduce((sum, { heap }) => sum + heap, 0) / n;
  const over = points.reduce((sum, p) => sum + (p.seconds - meanX) * (p.heap - meanY), 0);
  const under = points.reduce((sum, p) => sum + (p.seconds - meanX) ** 2, 0);
  return under === 0 ? 0 : over / under;
}
