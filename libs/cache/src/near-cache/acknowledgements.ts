import type { Clock } from '../clock.js';
import { settleWithin } from '../clock.js';

/**
 * A removal that other processes must acknowledge. Each is acknowledged individually: a later
 * removal may overtake an earlier one whose script had to be loaded again.
 */
export class PendingAck {
  readonly #acknowledged = new Set<string>();
  #wanted: ReadonlySet<string> | undefined;
  #settle: (all: boolean) => void = () => undefined;

  constructor(
    readonly serial: number,
    private readonly clock: Clock,
  ) {}

  acknowledge(name: string): void {
    this.#acknowledged.add(name);
    if (this.#complete()) this.#settle(true);
  }

  /** Whether all these processes acknowledge within the time, or already have; never rejects. */
  allWithin(names: readonly string[], withinMs: number): Promise<boolean> {
    this.#wanted = new Set(names);
    if (this.#complete()) return Promise.resolve(true);
    const all = new Promise<boolean>((resolve) => (this.#settle = resolve));
    return settleWithin(this.clock, all, withinMs, () => false);
  }

  #complete(): boolean {
    if (this.#wanted === undefined) return false;
    for (const name of this.#wanted) if (!this.#acknowledged.has(name)) return false;
    return true;
  }
}

/** Acknowledgements for which this process is waiting. */
export class Acknowledgements {
  readonly #clock: Clock;
  readonly #open = new Map<number, PendingAck>();
  #serial = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Number of pending acknowledgements. */
  get size(): number {
    return this.#open.size;
  }

  /**
   * Must be called before the removal is sent, because an acknowledgement may arrive before its
   * answer.
   */
  open(): PendingAck {
    const ask = new PendingAck(++this.#serial, this.#clock);
    this.#open.set(ask.serial, ask);
    return ask;
  }

  close(ask: PendingAck): void {
    this.#open.delete(ask.serial);
  }

  note(name: string, serial: number): void {
    this.#open.get(serial)?.acknowledge(name);
  }
}
