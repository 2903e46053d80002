import type { KeySelection } from '../keys/key-selection.js';
import type { Shards } from '../store/cache-store.js';
import { alignedClock } from './aligned-clock.js';
import type { CommitPosition, Freshness, FreshnessFigures, FreshnessProbe } from './freshness.js';
import { FreshnessGuard, type FreshnessParts } from './freshness-guard.js';
import type { LogHost } from './invalidation-log.js';
import { SharedLog } from './shared-log.js';

/** Collaborators of the proof for all shards. */
export interface ShardedFreshnessParts extends Omit<FreshnessParts, 'store' | 'relayStore'> {
  readonly shards: Shards;
}

/**
 * The proof of freshness for each shard by itself: cursor, heartbeat and lease of one say nothing of
 * another, because a slot that moves takes its values from one server's cursor under another's. The
 * relays of all shards read the log together, and their rounds and looks share timers. A write waits
 * for the shards of its selections alone.
 */
export class ShardedFreshness implements Freshness {
  readonly strict: boolean;
  readonly #shards: Shards;
  readonly #log: SharedLog;
  readonly #guards: readonly FreshnessGuard[];

  constructor({ shards, ...parts }: ShardedFreshnessParts) {
    this.strict = parts.consistency === 'strict';
    this.#shards = shards;
    this.#log = new SharedLog(parts.log, shards, parts.clock);
    const loopClock = alignedClock(parts.clock);
    this.#guards = shards.all.map((store, shard) => {
      const { relayStore } = store;
      if (relayStore === undefined) throw new Error('A shard must keep a cursor.');
      return new FreshnessGuard({
        ...parts,
        store,
        relayStore,
        loopClock,
        log: this.#log.viewOf(shard),
      });
    });
  }

  trusts(key: string): boolean {
    return this.#guards[this.#shards.of(key)]?.trusted === true;
  }

  get epoch(): number {
    return this.#guards.reduce((sum, { epoch }) => sum + epoch, 0);
  }

  /** Fresh when all shards are; the rest is of the worst shard, and sums. */
  figures(): FreshnessFigures {
    const all = this.#guards.map((guard) => guard.figures());
    const fresh = all.filter((each) => each.fresh).length;
    const worst = all.find((each) => !each.fresh) ?? all[0];
    if (worst === undefined) throw new Error('There is no shard.');
    const ages = all.map((each) => each.proof_age_ms);
    const lags = all.map((each) => each.event_lag_ms).filter((lag) => lag !== null);
    const relays = all.map(({ relay }) => relay);
    return {
      ...worst,
      relay: relays.find((relay) => relay === 'leading') ?? worst.relay,
      proof_age_ms: ages.includes(null) ? null : Math.max(...ages.map((age) => age ?? 0)),
      event_lag_ms: lags.length === 0 ? null : Math.max(...lags),
      // Every shard's relay reads every entry.
      events: Math.max(...all.map(({ events }) => events)),
      clears: Math.max(...all.map(({ clears }) => clears)),
      shards: { fresh, all: all.length },
    };
  }

  async open(afterCommit: LogHost['afterCommit']): Promise<void> {
    await Promise.all(this.#guards.map((guard) => guard.open(afterCommit)));
  }

  async close(): Promise<void> {
    await Promise.all(this.#guards.map((guard) => guard.close()));
    await this.#log.close();
  }

  async waitUntilApplied(
    written: CommitPosition,
    selections: readonly KeySelection[],
  ): Promise<boolean> {
    const waits = this.#touchedBy(selections).map((guard) => guard.waitUntilApplied(written));
    return (await Promise.all(waits)).every(Boolean);
  }

  async commitWait(written: CommitPosition, selections: readonly KeySelection[]): Promise<void> {
    await Promise.all(this.#touchedBy(selections).map((guard) => guard.commitWait(written)));
  }

  /** Of all shards: the last to be proved counts. */
  async probe(withinMs: number): Promise<FreshnessProbe> {
    const probes = await Promise.all(this.#guards.map((guard) => guard.probe(withinMs)));
    const late = probes.map(({ coveredAfterMs }) => coveredAfterMs);
    const [{ position } = { position: '' }] = probes;
    return {
      position,
      coveredAfterMs: late.includes(null) ? null : Math.max(...late.map((ms) => ms ?? 0)),
    };
  }

  #touchedBy(selections: readonly KeySelection[]): FreshnessGuard[] {
    const touched = new Set(selections.flatMap((each) => this.#shards.touchedBy(each)));
    return this.#guards.filter((_, shard) => touched.has(shard));
  }
}
