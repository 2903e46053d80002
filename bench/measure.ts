import { availableParallelism, cpus } from 'node:os';
import type { CacheEngine } from '@gad/cache/store';
import { createCache } from '@gad/cache';
import { silentLog } from '@gad/cache/store';

/** A cache with deadlines that a busy machine does not reach; they cost nothing when they hold. */
export async function openCache(url: string): Promise<CacheEngine> {
  const options = { prefix: 'gad:', redis: { url }, deadlineMs: 5_000, removalTimeoutMs: 60_000 };
  const cache = createCache(options, silentLog);
  await cache.store.open();
  return cache;
}

export async function millisecondsOf(run: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await run();
  return performance.now() - begin;
}

/** The value below which the given share of the numbers lies. */
export function quantile(numbers: readonly number[], share: number): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(share * (sorted.length - 1))] ?? NaN;
}

/** Median, and the middle half as a measure of how quiet the machine was. */
export function spread(numbers: readonly number[], digits: number): string {
  const [low, middle, high] = [0.25, 0.5, 0.75].map((share) =>
    quantile(numbers, share).toFixed(digits),
  );
  return `${middle} (${low}–${high})`;
}

/** The machine and the runtime, for the head of a report. */
export function machine(): string {
  return `${availableParallelism()} × ${cpus()[0]?.model ?? 'unknown CPU'}, Node ${process.version}`;
}

/** Ends with 1, and says why, when a figure misses its target. */
export function expectFigure(what: string, holds: boolean): void {
  console.log(`${holds ? 'holds' : 'MISSED'}: ${what}`);
  if (!holds) process.exitCode = 1;
}
