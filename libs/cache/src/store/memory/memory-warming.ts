import type { Clock } from '../../clock.js';
import type { WarmingBoard, WarmingState } from '../warming-board.js';
import { FREQUENT_KEYS, HOURLY_DECAY, RESULTS } from '../warming-board.js';

const HOUR_MS = 3_600_000;

interface HeldRun {
  readonly holder: string;
  readonly run: string;
  readonly until: number;
  readonly aborted: boolean;
}

/** The board of a store that lives in one process. */
export class MemoryWarming implements WarmingBoard {
  #held: HeldRun | undefined;
  #results: readonly string[] = [];
  #warmed = false;
  #reads = new Map<string, number>();
  #hour = 0;

  constructor(private readonly clock: Clock) {}

  begin(holder: string, leaseMs: number, run: string): Promise<string | undefined> {
    const held = this.#held;
    if (held === undefined) this.#hold(holder, leaseMs, run, false);
    return Promise.resolve(held?.run);
  }

  takeOver(
    holder: string,
    leaseMs: number,
  ): Promise<'none' | 'running' | { readonly run: string }> {
    const held = this.#held;
    if (held === undefined) return Promise.resolve('none');
    if (held.until > this.clock.now()) return Promise.resolve('running');
    this.#hold(holder, leaseMs, held.run, held.aborted);
    return Promise.resolve({ run: held.run });
  }

  save(holder: string, leaseMs: number, run: string): Promise<'kept' | 'aborted' | 'lost'> {
    const held = this.#held;
    if (held?.holder !== holder) return Promise.resolve('lost');
    this.#hold(holder, leaseMs, run, held.aborted);
    return Promise.resolve(held.aborted ? 'aborted' : 'kept');
  }

  end(holder: string, result: string, warmed: boolean): Promise<void> {
    if (this.#held?.holder === holder) {
      this.#held = undefined;
      this.#results = [result, ...this.#results].slice(0, RESULTS);
      this.#warmed ||= warmed;
    }
    return Promise.resolve();
  }

  abort(): Promise<boolean> {
    const held = this.#held;
    if (held !== undefined) this.#held = { ...held, aborted: true };
    return Promise.resolve(held !== undefined);
  }

  read(): Promise<WarmingState> {
    const state = { run: this.#held?.run, results: this.#results, warmed: this.#warmed };
    return Promise.resolve(state);
  }

  refreshes(): Promise<boolean> {
    return Promise.resolve(true);
  }

  addReads(reads: readonly (readonly [key: string, count: number])[]): Promise<void> {
    const hour = Math.floor(this.clock.now() / HOUR_MS);
    const decay = HOURLY_DECAY ** (hour - this.#hour);
    this.#hour = hour;
    const sums = new Map([...this.#reads].map(([key, count]) => [key, count * decay]));
    for (const [key, count] of reads) sums.set(key, (sums.get(key) ?? 0) + count);
    const sorted = [...sums].sort(([, a], [, b]) => b - a);
    this.#reads = new Map(sorted.slice(0, FREQUENT_KEYS));
    return Promise.resolve();
  }

  frequentKeys(limit: number): Promise<string[]> {
    return Promise.resolve([...this.#reads.keys()].slice(0, limit));
  }

  #hold(holder: string, leaseMs: number, run: string, aborted: boolean): void {
    this.#held = { holder, run, aborted, until: this.clock.now() + leaseMs };
  }
}
