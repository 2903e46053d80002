/**
 * Deterministic interleavings: a test names the next call it wants to stop, waits until it is
 * there, does something else meanwhile, and lets it go.
 */
export interface Hold {
  /** Resolves when the call has arrived at the gate. */
  readonly arrived: Promise<void>;
  release(): void;
}

type Side = 'before' | 'after';

interface Pending {
  readonly side: Side;
  readonly matches: (call: string) => boolean;
  readonly arrive: () => void;
  readonly released: Promise<void>;
}

export class Gates {
  readonly #pending: Pending[] = [];
  /** Every call that passed, in order. */
  readonly calls: string[] = [];

  /** Stops the next matching call before it is executed. */
  before(matches: string | ((call: string) => boolean)): Hold {
    return this.#hold('before', matches);
  }

  /** Lets the next matching call be executed, and withholds its answer. */
  after(matches: string | ((call: string) => boolean)): Hold {
    return this.#hold('after', matches);
  }

  /** Runs a call through the gates. Without a hold it is executed before this returns. */
  pass<T>(call: string, run: () => Promise<T>): Promise<T> {
    this.calls.push(call);
    const before = this.#take('before', call);
    const answer = before === undefined ? run() : before.then(run);
    const after = this.#take('after', call, answer);
    return after === undefined ? answer : after.then(() => answer);
  }

  #hold(side: Side, matches: string | ((call: string) => boolean)): Hold {
    let arrive = (): void => undefined;
    let release = (): void => undefined;
    const arrived = new Promise<void>((resolve) => (arrive = resolve));
    const released = new Promise<void>((resolve) => (release = resolve));
    const test = typeof matches === 'string' ? (call: string) => call === matches : matches;
    this.#pending.push({ side, matches: test, arrive, released });
    return { arrived, release };
  }

  #take(side: Side, call: string, answer?: Promise<unknown>): Promise<void> | undefined {
    const at = this.#pending.findIndex((hold) => hold.side === side && hold.matches(call));
    const [hold] = at === -1 ? [] : this.#pending.splice(at, 1);
    if (hold === undefined) return undefined;
    if (answer === undefined) hold.arrive();
    else answer.then(hold.arrive, hold.arrive);
    return hold.released;
  }
}
