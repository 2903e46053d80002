import type { RunResult } from './run-adapter.js';
import { textTable } from '../support/text-table.js';

/** What makes a run count, by raw cache-aside beside the others. */
export const REQUIRED = { rawPpm: 1_000, invalidations: 100_000, duringLoad: 0.3 } as const;

/** Stale reads per million. */
export function ppm({ stale, reads }: Pick<RunResult, 'stale' | 'reads'>): number {
  return reads === 0 ? 0 : (stale / reads) * 1_000_000;
}

/** The share of invalidations that hit a load under way. */
function duringLoad(result: Pick<RunResult, 'duringLoad' | 'invalidations'>): number {
  return result.invalidations === 0 ? 0 : result.duringLoad / result.invalidations;
}

/** What copies in process memory may show without the barrier, in milliseconds. */
const COPIES = { p99: 10, bound: 500 } as const;

/** Whether an adapter did what it promises. */
export function holds(result: RunResult): boolean {
  const { adapter, stale, staleness, stuck, failures, wrong, unindexed } = result;
  const fresh =
    adapter === 'gad-local'
      ? staleness.p99 <= COPIES.p99 && staleness.max <= COPIES.bound
      : stale === 0;
  return fresh && stuck + failures + wrong + (unindexed ?? 0) === 0;
}

/** Whether an adapter has to be right for the command to succeed. */
export function mustHold({ adapter }: Pick<RunResult, 'adapter'>): boolean {
  return adapter.startsWith('gad') && adapter !== 'gad-set-by-hand';
}

/**
 * Why a run of so many results does not count; empty when it does. Raw and ours must have been put
 * under enough pressure; what the others show in less of it stands as it is.
 */
export function shortcomings(results: readonly RunResult[]): string[] {
  const raw = results.find(({ adapter }) => adapter === 'raw' || adapter === 'raw-cluster');
  if (raw === undefined) return ['raw cache-aside did not run beside the others'];
  const pressed = results.filter((result) => result === raw || mustHold(result));
  const reasons = pressed.flatMap((result) => {
    const { adapter, invalidations } = result;
    return [
      ...(invalidations < REQUIRED.invalidations
        ? [`${adapter}: ${invalidations} invalidations, fewer than ${REQUIRED.invalidations}`]
        : []),
      ...(duringLoad(result) < REQUIRED.duringLoad
        ? [`${adapter}: ${percent(duringLoad(result))} of the invalidations during a load`]
        : []),
    ];
  });
  if (ppm(raw) < REQUIRED.rawPpm) reasons.unshift(`raw shows ${ppm(raw).toFixed(0)} ppm only`);
  return reasons;
}

/** One line an adapter. */
export function table(results: readonly RunResult[]): string {
  const header = [
    ...['adapter', 'reads', 'loads', 'stale', 'ppm', 'old p50/p99/max ms', 'inversions'],
    ...[
      'of one session',
      'invalidations',
      'in a load',
      'stuck',
      'failed',
      'wrong',
      'retries',
      'unindexed',
      'read p50/p99 ms',
    ],
    'invalidation p50/p99 ms',
  ];
  const lines = results.map((result) => [
    result.adapter,
    ...[result.reads, result.loads, result.stale].map(String),
    ppm(result).toFixed(ppm(result) < 10 ? 2 : 0),
    [result.staleness.p50, result.staleness.p99, result.staleness.max]
      .map((ms) => ms.toFixed(1))
      .join(' / '),
    ...[result.inversions.ofAnyCaller, result.inversions.ofOneSession].map(String),
    String(result.invalidations),
    percent(duringLoad(result)),
    ...[result.stuck, result.failures, result.wrong, result.retries].map(String),
    result.unindexed === undefined ? '-' : String(result.unindexed),
    `${result.readMs.p50.toFixed(2)} / ${result.readMs.p99.toFixed(1)}`,
    `${result.invalidationMs.p50.toFixed(2)} / ${result.invalidationMs.p99.toFixed(1)}`,
  ]);
  const settings = results.map(({ adapter, settings: text }) => `  ${adapter}: ${text}`);
  return [textTable(header, lines), '', 'Settings:', ...settings].join('\n');
}

function percent(share: number): string {
  return `${(share * 100).toFixed(0)} %`;
}
