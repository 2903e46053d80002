/**
 * Is an old state read when servers and processes fail under load? See README.md.
 *
 *   npm run verify:faults -- [--seconds 120] [--seed n] [--processes 3] [--subjects gad,raw,…]
 *       [--faults "name,name"] [--readers 24] [--writers 4] [--usuarios 12]
 *       [--out results.jsonl] [--resume] [--cluster]
 *
 * Ends with 1 when one of ours broke its promise in this run or in one that it goes on from.
 */
import { parseArgs } from 'node:util';
import { installRivals } from '../other-caches/install.js';
import { machine } from '../../bench/measure.js';
import { ClusterHost } from './cluster-host.js';
import { clusterFaultsOf, faultsOf } from './faults.js';
import type { Violation } from './judge.js';
import {
  breaches,
  causeLines,
  faultTable,
  othersTable,
  subjectTable,
  violationsOf,
} from './report.js';
import { RedisPair } from './redis-pair.js';
import { appendResult, readResults, totals } from './results-file.js';
import type { RoundResult } from './round-result.js';
import { runSubject, type RunOptions } from './run-subject.js';
import type { StoreHost } from './store-host.js';
import { clusterSubjectOf, needsRivals, subjectOf, type Subject } from './subjects.js';

/** So many violations of ours are printed in full. */
const SHOWN = 10;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '120' },
    seed: { type: 'string' },
    processes: { type: 'string', default: '3' },
    subjects: { type: 'string' },
    cluster: { type: 'boolean', default: false },
    faults: { type: 'string' },
    readers: { type: 'string', default: '24' },
    writers: { type: 'string', default: '4' },
    usuarios: { type: 'string', default: '12' },
    out: { type: 'string' },
    resume: { type: 'boolean', default: false },
  },
});
const number = (name: 'seconds' | 'processes' | 'readers' | 'writers' | 'usuarios'): number => {
  const value = Number(values[name]);
  if (!(value > 0)) throw new Error(`--${name} takes a number above 0`);
  return value;
};
if (values.resume && values.out === undefined) throw new Error('--resume needs --out');

const results = values.resume ? readResults(values.out ?? '') : [];
const seed = Number(values.seed ?? results.at(-1)?.seed ?? Date.now() % 1_000_000);
const names = values.faults?.split(',').map((name) => name.trim());
const subjects = (values.subjects ?? (values.cluster ? 'gad,raw' : 'gad,raw,bentocache'))
  .split(',')
  .map(values.cluster ? clusterSubjectOf : subjectOf);
const run = values.cluster
  ? over({ startStore: ClusterHost.start, faults: clusterFaultsOf(names) })
  : over({ startStore: RedisPair.start, faults: faultsOf(names) });
if (subjects.some(({ name }) => needsRivals(name))) installRivals();
console.log(
  `${machine()}; seed ${seed}, ${values.processes} processes, ${values.seconds} s a subject`,
);

for (const subject of subjects) {
  const rounds = results.filter((result) => result.subject === subject.name);
  await run(subject, {
    seed,
    firstRound: rounds.length,
    seconds: number('seconds'),
    processes: number('processes'),
    readers: number('readers'),
    writers: number('writers'),
    usuarios: number('usuarios'),
    onStrike: (name, missed) => {
      console.error(`  ${name}${missed ? ': did not come about' : ''}`);
    },
    onNote: (text) => {
      console.error(`  ${text}`);
    },
    onRound: (result, violations) => {
      results.push(result);
      if (values.out !== undefined) appendResult(values.out, result);
      const { round, reads } = result;
      console.error(`${subject.name}, round ${round}: ${violationsOf(result)} of ${reads} wrong`);
      if (subject.own) show(violations, result);
    },
  });
}

const sums = totals(results);
console.log(`\n${subjectTable(sums)}`);
console.log(['', 'Failed requests:', ...causeLines(sums)].join('\n'));
console.log(`\n${faultTable(sums)}\n`);
if (values.cluster) console.log(`${othersTable(sums)}\n`);
const broken = sums.filter(({ subject }) => subjectOf(subject).own).flatMap(breaches);
for (const sentence of broken) console.log(`BROKEN: ${sentence}`);
if (broken.length === 0) console.log('kept');
process.exitCode = broken.length === 0 ? 0 : 1;

function over<Redis extends StoreHost>(
  store: Pick<RunOptions<Redis>, 'startStore' | 'faults'>,
): (subject: Subject, options: Omit<RunOptions<Redis>, keyof typeof store>) => Promise<void> {
  return (subject, options) => runSubject(subject, { ...store, ...options });
}

function show(violations: readonly Violation[], { faults: struck }: RoundResult): void {
  const counts = Object.entries(struck).filter(([, { violations: n }]) => n > 0);
  for (const [name, { violations: n }] of counts) console.error(`  ${n} after ${name}`);
  for (const v of violations.slice(0, SHOWN)) {
    const at = (v.begin / 1_000_000).toFixed(3);
    console.error(
      `  ${v.kind}: usuario ${v.row} at ${at} s from process ${v.process}: ` +
        `${v.version} beyond ${v.bound}, for ${v.ageMs.toFixed(1)} ms`,
    );
  }
}
