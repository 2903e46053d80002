/**
 * What do fifty concurrent readers notice when Redis becomes unavailable? Starts its own servers, one small
 * application per subject, and strikes; prints a table and ends with 1 if ours fails its promise:
 * no failed request, and a p99 during the outage of at most the database's own p99 + 60 ms.
 *
 *   npm run verify:outages -- [--scenarios frozen,killed] [--subjects database,gad] [--rounds 3]
 *
 * The verdict takes the median of the rounds: on a machine that does other things as well, one
 * round says more about them.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { installRivals } from '../other-caches/install.js';
import { percentile, Readers, type Sample } from './readers.js';
import { SCENARIOS, type Scenario } from './scenarios.js';
import { clearStage, setStage, startSubject, type Stage } from './stage.js';

const SUBJECTS = ['database', 'gad', 'keyv', 'bentocache'];
const BEFORE_MS = 3_000;
const AFTER_MS = 4_000;
/** For what an outage may add to the database's own p99. */
const ALLOWANCE_MS = 60;

interface Result {
  readonly scenario: string;
  readonly subject: string;
  readonly requests: number;
  readonly failed: number;
  readonly before: readonly Sample[];
  readonly during: readonly Sample[];
  readonly after: readonly Sample[];
  /** From the end of the outage to the first answer out of the cache; NaN if there was none. */
  readonly recoveryMs: number;
  readonly exited: boolean;
}

const { values } = parseArgs({
  options: {
    scenarios: { type: 'string' },
    subjects: { type: 'string' },
    rounds: { type: 'string', default: '1' },
  },
});
const chosen = values.scenarios?.split(',');
const scenarios = SCENARIOS.filter(({ name }) => chosen?.includes(name) ?? true);
const subjects = values.subjects?.split(',') ?? SUBJECTS;
if (subjects.some((name) => !['database', 'gad'].includes(name))) installRivals();

const results: Result[] = [];
print(['scenario', 'subject', 'requests', 'failed', 'p50 b/d/a ms', 'p99 b/d/a ms', 'recovery']);
for (const scenario of scenarios) {
  for (let round = 0; round < Number(values.rounds); round += 1) {
    for (const subject of subjects) {
      const result = await run(scenario, subject);
      results.push(result);
      print(row(result));
    }
  }
}
const broken = subjects.includes('gad') ? scenarios.flatMap(shortcomings) : [];
for (const sentence of broken) process.stdout.write(`BROKEN: ${sentence}\n`);
if (broken.length === 0 && subjects.includes('gad')) process.stdout.write('kept\n');
process.exitCode = broken.length === 0 ? 0 : 1;

async function run(scenario: Scenario, name: string): Promise<Result> {
  const stage = await setStage();
  try {
    return await observe(scenario, name, stage);
  } finally {
    await stage.redis.kill('SIGCONT');
    await clearStage(stage);
  }
}

async function observe(scenario: Scenario, name: string, stage: Stage): Promise<Result> {
  if (scenario.beforeStart === true) await scenario.strike(stage);
  const subject = await startSubject(name, stage);
  const readers = new Readers(subject.url);
  try {
    // The first requests compile the program; they say nothing about outages.
    await sleep(1_500);
    const begin = performance.now();
    if (scenario.beforeStart !== true) {
      await sleep(BEFORE_MS);
      await scenario.strike(stage);
    }
    const struck = performance.now();
    await sleep(scenario.lasts * 1_000);
    await scenario.heal(stage);
    const healed = performance.now();
    await sleep(AFTER_MS);
    const { exited } = subject;
    await readers.stop();
    const samples = readers.samples.filter(({ at }) => at >= begin);
    const back = samples.filter(({ at, cached }) => at >= healed && cached);
    const first = Math.min(...back.map(({ at, ms }) => at + ms));
    return {
      scenario: scenario.name,
      subject: name,
      requests: samples.length,
      failed: samples.filter(({ ok }) => !ok).length,
      before: samples.filter(({ at }) => at < struck),
      during: samples.filter(({ at }) => at >= struck && at < healed),
      after: samples.filter(({ at }) => at >= healed),
      recoveryMs: back.length === 0 ? NaN : first - healed,
      exited,
    };
  } finally {
    await subject.stop();
  }
}

function shortcomings({ name }: Scenario): string[] {
  const of = (subject: string): Result[] =>
    results.filter((result) => result.scenario === name && result.subject === subject);
  const p99 = (all: readonly Result[]): number =>
    median(all.map(({ during }) => percentile(during, 0.99)));
  const ours = of('gad');
  const database = of('database');
  const found: string[] = [];
  const failed = ours.reduce((sum, result) => sum + result.failed, 0);
  if (failed > 0) found.push(`${name}: ${failed} requests failed`);
  const bound = p99(database) + ALLOWANCE_MS;
  if (database.length > 0 && p99(ours) > bound) {
    found.push(`${name}: p99 ${p99(ours).toFixed(0)} ms, above ${bound.toFixed(0)} ms`);
  }
  const recovery = median(ours.map(({ recoveryMs }) => recoveryMs));
  if (!(recovery <= 1_000)) found.push(`${name}: back after ${recovery.toFixed(0)} ms`);
  return found;
}

/** NaN, which fails every comparison, if one of them is or there are none. */
function median(numbers: readonly number[]): number {
  if (numbers.some(Number.isNaN)) return NaN;
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? NaN;
}

function row(result: Result): string[] {
  const { before, during, after, recoveryMs } = result;
  const three = (p: number): string =>
    [before, during, after]
      .map((samples) => (samples.length === 0 ? '-' : percentile(samples, p).toFixed(1)))
      .join(' / ');
  const recovery = Number.isNaN(recoveryMs) ? '-' : `${recoveryMs.toFixed(0)} ms`;
  return [
    result.scenario,
    result.subject,
    String(result.requests),
    String(result.failed),
    three(0.5),
    three(0.99),
    result.exited ? 'process ended' : recovery,
  ];
}

function print(cells: readonly string[]): void {
  const widths = [18, 11, 9, 7, 22, 26, 14];
  const line = cells.map((cell, n) => cell.padEnd(widths[n] ?? 0)).join(' ');
  process.stdout.write(`${line.trimEnd()}\n`);
}
