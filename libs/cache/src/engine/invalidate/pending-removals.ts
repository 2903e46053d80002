import type { KeySelection } from '../../keys/key-selection.js';
import type { Because } from '../../observe/journal.js';

/** Removals that the store has not confirmed: of one store, or of each shard. */
export interface PendingRemovals {
  /** How many there are. */
  readonly size: number;
  /** Whether a read of the key must bypass the store. */
  concerns(key: string): boolean;
  /** Whether removals wait where these would run, so that they have to queue behind them. */
  concernsAny(selections: readonly KeySelection[]): boolean;
  /** A version for the present moment: a removal sent after it covers every write made before it. */
  version(): number;
  enqueue(selections: readonly KeySelection[], version: number, because?: Because): void;
  acknowledge(selections: readonly KeySelection[], version: number): void;
  /** Retries once and discards the rest; returns how many are still pending. */
  close(): Promise<number>;
}
