import fc from 'fast-check';

/** What the processes of an episode do, in the order in which they begin; they overlap. */
export const KINDS = [
  ...['read', 'read', 'read', 'read', 'read', 'read', 'read', 'read', 'readEntry', 'get'],
  ...[
    'readMany',
    'loadMany',
    'loadMany',
    'token',
    'delete',
    'delete',
    'delete',
    'pattern',
    'pattern',
  ],
  ...['clear', 'set'],
  ...['loseIndex', 'evict', 'flushScripts', 'drop', 'snapshot', 'restart', 'move', 'failOver'],
] as const;

export type Kind = (typeof KINDS)[number];

export interface Operation {
  readonly kind: Kind;
  readonly process: number;
  readonly key: number;
  /** Decides details: lifetime, size, failure. */
  readonly detail: number;
}

export interface Program {
  readonly operations: readonly Operation[];
  /** Seed of the scheduler. */
  readonly schedule: number;
  readonly processes: number;
  /** Few keys make races, several make patterns. */
  readonly keys: number;
  readonly leaseMs: number;
  /** Whether writes are in a log that relays apply; then a server comes back with all that it held. */
  readonly log: boolean;
  readonly overtaking: boolean;
  /** Whether the store is on a Cluster, whose slots move. */
  readonly cluster: boolean;
  /** Whether scripts declare their keys. */
  readonly declared: boolean;
  readonly clockBias: number;
  /** A lane that is ten times slower than the others. */
  readonly slow: string;
  /** How likely the next operation begins instead of something under way going on. */
  readonly haste: number;
}

export const KEY_NAMES = ['a:1', 'a:2', 'b:1', 'b:2', 'a:10'] as const;
export const PATTERNS = ['a:*', 'b:*', '*:1', 'a:?', '*', '[^b]:*'] as const;
const MAX_PROCESSES = 3;
/** Operations of an episode, on average. */
export const OPERATIONS = 40;

const operation: fc.Arbitrary<Operation> = fc.record({
  // Losing things is rarer than using them.
  kind: fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom(...KINDS.slice(0, 21)) },
    { weight: 1, arbitrary: fc.constantFrom(...KINDS.slice(21)) },
  ),
  process: fc.nat(MAX_PROCESSES - 1),
  key: fc.nat(KEY_NAMES.length - 1),
  detail: fc.nat(999),
});

export const program: fc.Arbitrary<Program> = fc.record({
  operations: fc.array(operation, { minLength: 20, maxLength: 2 * OPERATIONS - 20, size: 'max' }),
  schedule: fc.nat(2 ** 31 - 1),
  processes: fc.integer({ min: 1, max: MAX_PROCESSES }),
  keys: fc.integer({ min: 1, max: KEY_NAMES.length }),
  leaseMs: fc.constantFrom(3, 30, 5_000),
  log: fc.boolean(),
  overtaking: fc.boolean(),
  cluster: fc.boolean(),
  declared: fc.boolean(),
  clockBias: fc.constantFrom(0, 0, 0.02, 0.2),
  slow: fc.constantFrom('none', 'p0:send', 'p0:reply', 'p1:send', 'p1:reply', 'load', 'p0'),
  haste: fc.constantFrom(0.05, 0.15, 0.4),
});
