import { textTable } from '../support/text-table.js';
import { quantile } from './histogram.js';
import type { FaultResult, RoundResult, Share } from './round-result.js';

/** Why one of ours broke its promise; empty when it kept it. */
export function breaches(result: RoundResult): string[] {
  const { stale, unhealed, ghost, wrong, stuck, failed, exits, faults } = result;
  const missed: Record<string, number> = {};
  for (const [name, fault] of Object.entries(faults)) missed[`missed ${name}`] = fault.missed;
  const counted = { stale, unhealed, ghost, wrong, stuck, exits, ...failed, ...missed };
  return Object.entries(counted)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${result.subject}: ${name} ${count}`);
}

export function violationsOf({ stale, unhealed, ghost, wrong }: RoundResult): number {
  return stale + unhealed + ghost + wrong;
}

/** One line a subject. */
export function subjectTable(results: readonly RoundResult[]): string {
  const header = [
    ...['subject', 'seconds', 'reads', 'hits', 'stale', 'unhealed', 'ghost', 'wrong', 'ppm'],
    ...['age p50/p99/max ms', 'acked', 'lost/committed', 'failed', 'excused', 'stuck', 'exits'],
  ];
  const lines = results.map((result) => {
    const { reads, hits, stale, unhealed, ghost, wrong, ages, maxAgeMs } = result;
    const ppm = reads === 0 ? 0 : (violationsOf(result) / reads) * 1_000_000;
    const age = [quantile(ages, 0.5), quantile(ages, 0.99), maxAgeMs];
    return [
      result.subject,
      result.seconds.toFixed(0),
      String(reads),
      reads === 0 ? '-' : `${((hits / reads) * 100).toFixed(0)} %`,
      ...[stale, unhealed, ghost, wrong].map(String),
      ppm.toFixed(ppm < 10 ? 2 : 0),
      age.map((ms) => Math.min(ms, maxAgeMs).toFixed(0)).join(' / '),
      String(result.acknowledged),
      `${result.lost} / ${result.lostCommitted}`,
      String(total(result.failed)),
      String(total(result.excused)),
      `${result.stuck} of ${result.stuckAsked}`,
      String(result.exits),
    ];
  });
  return textTable(header, lines);
}

/** What failed and why, a line each; empty where nothing did. */
export function causeLines(results: readonly RoundResult[]): string[] {
  return results.flatMap(({ subject, failed, excused }) => [
    ...Object.entries(failed).map(([cause, n]) => `  ${subject}: ${cause} × ${n}`),
    ...Object.entries(excused).map(
      ([cause, n]) =>
        `  ${subject}: ${cause} × ${n}, while the database or the process was unavailable`,
    ),
  ]);
}

/** One line a fault: for each subject how often it struck, wrong reads, and the way back to hits. */
export function faultTable(results: readonly RoundResult[]): string {
  const names = [...new Set(results.flatMap(({ faults }) => Object.keys(faults)))].sort();
  const header = [
    'fault',
    ...results.map(({ subject }) => `${subject}: strikes, wrong, back in ms`),
  ];
  const lines = names.map((name) => [
    name,
    ...results.map(({ faults }) => {
      const fault = faults[name];
      return fault === undefined ? '-' : cell(fault);
    }),
  ]);
  return textTable(header, lines);
}

/** How often reads of the other shards were hits before one was unavailable, and meanwhile. */
export function othersTable(results: readonly RoundResult[]): string {
  const lines = results.flatMap(({ subject, faults }) =>
    Object.entries(faults)
      .filter(([, { others }]) => others.during.reads > 0)
      .map(([name, { others }]) => [subject, name, ...[others.before, others.during].map(share)]),
  );
  return textTable(['subject', 'fault', 'hits on other shards before', 'meanwhile'], lines.sort());
}

function share({ reads, hits }: Share): string {
  return reads === 0 ? '-' : `${((100 * hits) / reads).toFixed(1)} % of ${reads}`;
}

function cell({ strikes, violations, recoveryMs }: FaultResult): string {
  const back = recoveryMs.filter((ms) => ms >= 0).sort((a, b) => a - b);
  const never = recoveryMs.length - back.length;
  const median = back[Math.floor((back.length - 1) / 2)];
  const times = median === undefined ? '-' : `${median} (max ${back.at(-1) ?? 0})`;
  return `${strikes}, ${violations}, ${times}${never > 0 ? `, ${never} not` : ''}`;
}

function total(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
