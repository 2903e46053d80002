import { AsyncResource } from 'node:async_hooks';

interface Seat<T> {
  readonly lead: Lead<T>;
  readonly resolve: (outcome: T) => void;
  readonly reject: (error: unknown) => void;
}

/** What the first caller of a flight does on behalf of everybody aboard. It ends by landing. */
export type Lead<T> = (flight: Flight<T>) => Promise<void>;

/**
 * One load of one key, and those who wait for it. Who may share its outcome is a question of
 * order, so callers sit in the order in which they came, and the leader takes marks:
 *
 * - those seated before the load **began** may share whatever it yields, because the data was read
 *   after they asked;
 * - those who came later may share it only if the store confirmed, by a command that was sent
 *   after they sat down, that nothing was invalidated since the load began;
 * - everybody else starts again, together, behind the next leader.
 *
 * Sharing an accepted fill with whoever came before its *reply* is not enough: the fill may have
 * been executed, invalidated and acknowledged before such a caller even asked.
 */
export class Flight<T> {
  #loading = false;
  #closed = false;
  readonly #next: Seat<T>[] = [];

  constructor(
    private readonly seats: Seat<T>[],
    private readonly landed: (startAgain: Seat<T>[], sideBySide: boolean) => void,
  ) {}

  /** How many are seated now: the mark to take before a command is sent. */
  mark(): number {
    return this.seats.length;
  }

  /** The leader is about to call the loader. Returns the mark. */
  beginLoad(): number {
    this.#loading = true;
    return this.seats.length;
  }

  /** The leader is about to send its last command; whoever comes now looks for himself. */
  close(): number {
    this.#closed = true;
    return this.seats.length;
  }

  /** Gives the outcome to the first `covered` seats (at least the leader's); the rest start again. */
  land(covered: number, settle: (resolve: (outcome: T) => void, reject: Reject) => void): void {
    const share = Math.max(1, covered);
    for (const seat of this.seats.slice(0, share)) settle(seat.resolve, seat.reject);
    this.landed([...this.seats.slice(share), ...this.#next], false);
  }

  /** Gives the leader an outcome that no other caller can use; the others load side by side. */
  part(settle: (resolve: (outcome: T) => void) => void): void {
    const [leader, ...others] = this.seats;
    if (leader !== undefined) settle(leader.resolve);
    this.landed([...others, ...this.#next], true);
  }

  /**
   * @internal Takes a seat, now or behind the next leader; `undefined` once the door is closed. A
   * caller that comes to lead later does so in the async context in which it asked.
   */
  sit(lead: Lead<T>, confirmable: boolean, lookedTwice: boolean): Promise<T> | undefined {
    if (confirmable && this.#closed && !lookedTwice) return undefined;
    const open = !this.#closed && (confirmable || !this.#loading);
    const seats = open ? this.seats : this.#next;
    return new Promise((resolve, reject) => {
      seats.push({ lead: AsyncResource.bind(lead), resolve, reject });
    });
  }
}

type Reject = (error: unknown) => void;

/** The flights of one process, one per key at a time. */
export class SingleFlight<T> {
  readonly #flights = new Map<string, Flight<T>>();
  #alone = 0;

  /** Loads under way. */
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
   *   store is away, nobody may join a load that already runs: such a caller waits for the next.
   * @param lookedTwice the caller was sent back to read before: it waits for the next flight instead
   * @returns `undefined` when the flight's last command is already sent: read again
   */
  join(
    key: string,
    lead: Lead<T>,
    confirmable: boolean,
    lookedTwice: boolean,
  ): Promise<T> | undefined {
    const flight = this.#flights.get(key);
    if (flight !== undefined) return flight.sit(lead, confirmable, lookedTwice);
    return new Promise((resolve, reject) => {
      this.#start(key, [{ lead, resolve, reject }]);
    });
  }

  /** Leads a flight that nobody can join: for a key whose outcomes cannot be shared. */
  alone(lead: Lead<T>): Promise<T> {
    this.#alone++;
    return new Promise((resolve, reject) => {
      take(new Flight<T>([{ lead, resolve, reject }], () => this.#alone--), lead);
    });
  }

  #start(key: string, seats: Seat<T>[]): void {
    const leader = seats[0];
    if (leader === undefined) {
      this.#flights.delete(key);
      return;
    }
    const flight = new Flight<T>(seats, (startAgain, sideBySide) => {
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
    // A leader reports failures by landing; this is for what was not foreseen.
    flight.land(1, (_, reject) => reject(error));
  });
}
