import { AsyncResource } from 'node:async_hooks';

interface Waiter<T> {
  readonly lead: Lead<T>;
  readonly resolve: (outcome: T) => void;
  readonly reject: (error: unknown) => void;
}

/** What the leader of a flight does on behalf of all its callers. It ends by settling the flight. */
export type Lead<T> = (flight: Flight<T>) => Promise<void>;

/**
 * One load of one key: its leader, and the waiters. Which waiters may share its outcome depends on
 * the order of events, so callers are kept in the order in which they joined, and the leader counts
 * them:
 *
 * - callers that joined before the load **began** may share any outcome, because the source was
 *   read after they asked;
 * - callers that joined later may share it only if the store confirmed, by a command that was sent
 *   after they joined, that nothing was invalidated since the load began;
 * - all others start again, together, behind the next leader.
 *
 * Sharing an accepted fill with a caller that joined before its *reply* is not enough: the fill may
 * have been executed, invalidated and acknowledged before that caller asked.
 *
 * Leader and waiters as in Go's `singleflight`, whose callers may share any outcome.
 */
export class Flight<T> {
  #loading = false;
  #sealed = false;
  readonly #nextWaiters: Waiter<T>[] = [];

  constructor(
    private readonly waiters: Waiter<T>[],
    private readonly restart: (startAgain: Waiter<T>[], sideBySide: boolean) => void,
  ) {}

  /** Number of callers that have joined; must be read before a command is sent. */
  waiterCount(): number {
    return this.waiters.length;
  }

  /** The leader is about to call the loader. Returns how many callers have joined. */
  beginLoad(): number {
    this.#loading = true;
    return this.waiters.length;
  }

  /** The leader is about to send its last command; later callers read for themselves. */
  seal(): number {
    this.#sealed = true;
    return this.waiters.length;
  }

  /** Gives the outcome to the first `count` callers, the leader at least; the rest start again. */
  settle(count: number, outcome: T): void {
    for (const { resolve } of this.#end(count, false)) resolve(outcome);
  }

  /** As `settle`, for a load that failed. */
  fail(count: number, reason: unknown): void {
    for (const { reject } of this.#end(count, false)) reject(reason);
  }

  /** Gives the leader an outcome that no other caller can use; the others load side by side. */
  part(outcome: T): void {
    for (const { resolve } of this.#end(1, true)) resolve(outcome);
  }

  /** Starts the later callers again; returns those that share the outcome. */
  #end(count: number, sideBySide: boolean): Waiter<T>[] {
    const sharing = this.waiters.splice(0, Math.max(1, count));
    this.restart([...this.waiters, ...this.#nextWaiters], sideBySide);
    return sharing;
  }

  /**
   * @internal Joins, now or behind the next leader; `undefined` once the flight is sealed. A caller
   * that comes to lead later does so in the async context in which it asked.
   */
  join(lead: Lead<T>, confirmable: boolean, isRetry: boolean): Promise<T> | undefined {
    if (confirmable && this.#sealed && !isRetry) return undefined;
    const open = !this.#sealed && (confirmable || !this.#loading);
    const waiters = open ? this.waiters : this.#nextWaiters;
    return new Promise((resolve, reject) => {
      waiters.push({ lead: AsyncResource.bind(lead), resolve, reject });
    });
  }
}

/** The flights of one process, one per key at a time. */
export class SingleFlight<T> {
  readonly #flights = new Map<string, Flight<T>>();
  #alone = 0;

  /** Number of running loads. */
  get size(): number {
    return this.#flights.size + this.#alone;
  }

  has(key: string): boolean {
    return this.#flights.has(key);
  }

  /**
   * Joins the flight of the key, or starts one and leads it.
   *
   * @param confirmable whether this caller can rely on the store to confirm an outcome. When the
   *   store is unavailable, no caller may join a load that already runs: it waits for the next.
   * @param isRetry the caller was sent back to read before: it waits for the next flight instead
   * @returns `undefined` when the flight's last command is already sent: read again
   */
  join(key: string, lead: Lead<T>, confirmable: boolean, isRetry: boolean): Promise<T> | undefined {
    const flight = this.#flights.get(key);
    if (flight !== undefined) return flight.join(lead, confirmable, isRetry);
    return new Promise((resolve, reject) => {
      this.#start(key, [{ lead, resolve, reject }]);
    });
  }

  /** Leads a flight that no caller can join: for a key whose outcomes cannot be shared. */
  alone(lead: Lead<T>): Promise<T> {
    this.#alone++;
    return new Promise((resolve, reject) => {
      take(new Flight<T>([{ lead, resolve, reject }], () => this.#alone--), lead);
    });
  }

  #start(key: string, waiters: Waiter<T>[]): void {
    const leader = waiters[0];
    if (leader === undefined) {
      this.#flights.delete(key);
      return;
    }
    const flight = new Flight<T>(waiters, (startAgain, sideBySide) => {
      this.#start(key, sideBySide ? [] : startAgain);
      if (!sideBySide) return;
      for (const { lead, resolve, reject } of startAgain) {
        this.alone(lead).then(resolve, reject);
      }
    });
    this.#flights.set(key, flight);
    take(flight, leader.lead);
  }
}

function take<T>(flight: Flight<T>, lead: Lead<T>): void {
  lead(flight).catch((error: unknown) => {
    // A leader reports failures by settling; this handles unexpected errors.
    flight.fail(1, error);
  });
}
