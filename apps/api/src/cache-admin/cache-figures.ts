import type { FleetView, Snapshot } from '@gad/cache/store';
import { histogramSum, missSharesOf } from '@gad/cache/store';
import type {
  AdviceDto,
  FiguresDto,
  MissCausesDto,
  NamespaceDto,
  QuantilesDto,
  ReadsDto,
  RemovedKeysDto,
} from './cache-figures.dto.js';

type Counts = ReadonlyMap<string, number>;

/** Reads below which a ratio says little, so that nothing is advised. */
const FEW_READS = 100;
/** Share of the misses from which a cause is worth an advice. */
const LARGE_SHARE = 0.3;
/** One point of the hit ratio, below which a change is not worth its work. */
const LEAST_GAIN = 0.01;

/** What some counters say. A ratio or mean of nothing is unknown: `null`. */
export function figuresOf(counts: Counts): FiguresDto {
  const of = (name: string): number => counts.get(name) ?? 0;
  const reads = readsOf(of);
  const hits = reads.hit + reads.local_hit + reads.stale_hit;
  const loads = of('load');
  const finished = loads - of('load_failed');
  const meanMs = finished > 0 ? of('load_ms') / finished : null;
  return {
    reads,
    hit_ratio: ratio(hits, hits + reads.miss + reads.bypass),
    miss_causes: causesOf(of),
    loads,
    failed_loads: of('load_failed'),
    joined_loads: of('joined'),
    load_ms_mean: meanMs === null ? null : round(meanMs, 2),
    saved_seconds: meanMs === null ? null : round((hits * meanMs) / 1_000, 1),
    puts: of('put_fill') + of('put_refresh') + of('put_set'),
    refused_puts:
      of('refused_invalidated') +
      of('refused_too_large') +
      of('refused_unserialisable') +
      of('refused_unavailable'),
    removed_keys: removedOf(of),
    stored_bytes: of('stored_bytes'),
    compression_saved_bytes: of('saved_bytes'),
  };
}

/** The figures of one process. */
export function figuresOfProcess({ counters }: Snapshot): FiguresDto {
  return figuresOf(sumOf(Object.values(counters).map((counts) => Object.entries(counts))));
}

/** The sums of some counters: of all namespaces, or of slots of time. */
export function sumOf(parts: Iterable<Iterable<readonly [name: string, count: number]>>): Counts {
  const sums = new Map<string, number>();
  for (const counts of parts) {
    for (const [name, count] of counts) sums.set(name, (sums.get(name) ?? 0) + count);
  }
  return sums;
}

/** What half of some durations and all but a hundredth of them do not exceed, in milliseconds. */
export function quantilesOf(parts: readonly Snapshot['calls'][]): QuantilesDto {
  const sum = histogramSum(parts);
  return { p50: rounded(sum.quantile(0.5)), p99: rounded(sum.quantile(0.99)) };
}

/**
 * Before when everything committed is applied in all processes, in milliseconds since 1970 by their
 * clocks; `null` if one of them has no proof, and without a log of events.
 */
export function provedAt(processes: readonly Snapshot[]): number | null {
  const proofs = processes.filter(({ fresh }) => fresh !== null);
  const times = proofs.map(({ fresh, reported_at: at, proof_age_ms: age }) =>
    fresh === true && age !== null ? at - age : -Infinity,
  );
  const oldest = Math.min(...times);
  return Number.isFinite(oldest) ? oldest : null;
}

/** The figures of each namespace, the most read first. */
export function namespacesOf({ totals, processes }: FleetView): NamespaceDto[] {
  const items = [...totals].map(([namespace, counts]): NamespaceDto => {
    const figures = figuresOf(counts);
    const { p50, p99 } = quantilesOf(processes.map((process) => process.loads[namespace]));
    return {
      namespace,
      ...figures,
      load_ms_p50: p50,
      load_ms_p99: p99,
      advice: adviceOf(namespace, counts, processes),
    };
  });
  return items.sort((a, b) => total(b.reads) - total(a.reads));
}

/** What the figures say should be changed. */
function adviceOf(namespace: string, counts: Counts, processes: readonly Snapshot[]): AdviceDto[] {
  const of = (name: string): number => counts.get(name) ?? 0;
  if (total(readsOf(of)) < FEW_READS) return [];
  const lateness = histogramSum(processes.map((process) => process.lateness[namespace]));
  const { share, gain, again } = missSharesOf(of, of, lateness);
  return ADVICES.filter(([cause]) => share[cause] >= LARGE_SHARE && gain[cause] >= LEAST_GAIN).map(
    ([cause, code]) => ({
      code,
      share: round(cause === 'expired' ? again : share[cause], 4),
      gain: round(gain[cause], 4),
    }),
  );
}

const ADVICES = [
  ['expired', 'longer_ttl'],
  ['evicted', 'more_memory'],
  ['first', 'fewer_variants'],
  ['invalidated', 'narrower_invalidation'],
  ['bypass', 'bypassed'],
] as const;

function readsOf(of: (name: string) => number): ReadsDto {
  return {
    hit: of('hit'),
    local_hit: of('local_hit'),
    stale_hit: of('stale_hit'),
    miss: of('miss'),
    bypass: of('bypass'),
  };
}

function causesOf(of: (name: string) => number): MissCausesDto {
  return {
    first: of('cause_first'),
    expired: of('cause_expired'),
    invalidated: of('cause_invalidated'),
    evicted: of('cause_evicted'),
    unreadable: of('cause_unreadable'),
    unknown: of('cause_unknown'),
  };
}

function removedOf(of: (name: string) => number): RemovedKeysDto {
  return {
    event: of('removed_event'),
    admin: of('removed_admin'),
    code: of('removed_code'),
    relay: of('removed_relay'),
    clear: of('removed_clear'),
  };
}

const total = (counts: ReadsDto | MissCausesDto): number =>
  Object.values<number>({ ...counts }).reduce((sum, count) => sum + count, 0);

const ratio = (part: number, whole: number): number | null =>
  whole === 0 ? null : round(part / whole, 4);

const round = (value: number, digits: number): number => Number(value.toFixed(digits));

const rounded = (ms: number | undefined): number | null => (ms === undefined ? null : round(ms, 3));
