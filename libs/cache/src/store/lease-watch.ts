import type { Clock } from '../clock.js';
import { settleWithin } from '../clock.js';

/** One caller's subscription to the lease of one key. */
export interface LeaseWatch {
  /**
   * Resolves when a lease on the key has ended since the watch was opened or last awaited, at the
   * latest after `maxMs`. It is only a hint to read again, not a proof.
   */
  changed(maxMs: number): Promise<void>;
  close(): void;
}

/** Hands wake-ups for a key to its waiters in this process. */
export class LeaseWatches {
  readonly #byKey = new Map<string, Set<Watch>>();

  /** @param longestMs for how long a waiter may wait at present, in milliseconds */
  constructor(
    readonly clock: Clock,
    readonly longestMs = (): number => Infinity,
  ) {}

  open(key: string): LeaseWatch {
    const watch = new Watch(this, this.#byKey, key);
    const others = this.#byKey.get(key);
    if (others === undefined) this.#byKey.set(key, new Set([watch]));
    else others.add(watch);
    return watch;
  }

  wake(key: string): void {
    for (const watch of this.#byKey.get(key) ?? []) watch.wake();
  }

  /** Wakes all waiters, because messages may have been missed. */
  wakeAll(): void {
    for (const watches of this.#byKey.values()) for (const watch of watches) watch.wake();
  }
}

class Watch implements LeaseWatch {
  // A wake-up between two waits must not be lost: the waiter waits because of an answer that
  // is older than the wake-up.
  #pending = false;
  #resume: (() => void) | undefined;

  constructor(
    private readonly terms: Pick<LeaseWatches, 'clock' | 'longestMs'>,
    private readonly byKey: Map<string, Set<Watch>>,
    private readonly key: string,
  ) {}

  wake(): void {
    if (this.#resume === undefined) this.#pending = true;
    else this.#resume();
  }

  async changed(maxMs: number): Promise<void> {
    if (!this.#pending) {
      const { clock, longestMs } = this.terms;
      const woken = new Promise<void>((resolve) => (this.#resume = resolve));
      await settleWithin(clock, woken, Math.min(maxMs, longestMs()), () => undefined);
      this.#resume = undefined;
    }
    this.#pending = false;
  }

  close(): void {
    const watches = this.byKey.get(this.key);
    watches?.delete(this);
    if (watches?.size === 0) this.byKey.delete(this.key);
  }
}
