import type { FreshnessFigures } from '@gad/cache';
import type { LocalFigures, OwnFigures, StoreStatistics } from '@gad/cache/store';
import { BOUNDS_MS } from '@gad/cache/store';

/** What one scrape reads: this process's numbers, and what the store says. */
export interface Scrape {
  readonly connected: boolean;
  readonly local: LocalFigures;
  readonly freshness: FreshnessFigures | null;
  /** Absent while the cache keeps no figures. */
  readonly own: OwnFigures | undefined;
  /** Absent while the store does not answer. */
  readonly store: StoreStatistics | undefined;
  /** Processes that report to the store; absent while it does not answer. */
  readonly processes: number | undefined;
  /** Times that the circuit breaker has opened; absent for a store without one. */
  readonly timesOpened: number | undefined;
  /** Removals by pattern that went to all shards; absent for a store without shards. */
  readonly spannings: number | undefined;
  /** Findings of the doctor's last look; absent in processes that do not look. */
  readonly findings:
    { readonly fail: number; readonly warn: number; readonly info: number } | undefined;
  /** What this process has warmed, by warmer and outcome. */
  readonly warmed: ReadonlyMap<string, Readonly<Record<string, number>>>;
  /** Callers recognised from the cache, and cached callers that were refused. */
  readonly principals: Readonly<Record<string, number>>;
}

/** One line of a metric, or of a histogram several. */
export interface Sample {
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
  /** Of the lines of a histogram, whose names have a suffix. */
  readonly metricName?: string;
}

/** Durations as the cache keeps them. */
export type Durations = OwnFigures['confirmations'];

/** A metric, with where its value comes from. */
export interface Metric {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
  /** Whose number it is: this process's own, or one that all processes share. */
  readonly of: 'process' | 'store';
  /** Its samples; none while its value is unknown. */
  readonly read: (scrape: Scrape) => readonly Sample[];
}

/** A sample, or none of an unknown value. */
export function sample(
  value: number | null | undefined,
  labels: Sample['labels'] = {},
): readonly Sample[] {
  return value === null || value === undefined ? [] : [{ labels, value }];
}

/** The lines of a histogram, in seconds. */
export function histogram(
  name: string,
  durations: Durations | undefined,
  labels: Sample['labels'] = {},
): readonly Sample[] {
  if (durations === undefined) return [];
  const { count } = durations;
  const buckets = durations.upTo().map((below, at) => ({
    metricName: `${name}_bucket`,
    labels: { ...labels, le: BUCKETS[at] ?? '+Inf' },
    value: below,
  }));
  return [
    ...buckets,
    { metricName: `${name}_bucket`, labels: { ...labels, le: '+Inf' }, value: count },
    { metricName: `${name}_sum`, labels, value: durations.sumMs / 1_000 },
    { metricName: `${name}_count`, labels, value: count },
  ];
}

const BUCKETS = BOUNDS_MS.map((ms) => Number((ms / 1_000).toPrecision(12)));
