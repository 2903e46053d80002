import { Session } from 'node:inspector/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const PRODUCT = /^(apps|libs)\/[^/]+\/src\//;
/** Timers of the process (deadlines, heartbeats) run beside some trips and not beside others. */
const REPEATS = 7;
/** In which the timers that the trip before has armed run, so that they are not this one's. */
const QUIET_MS = 30;

/** V8's function for the fields of an object, which are a part of its constructor. */
const FIELDS = '<instance_members_initializer>';

/** What one operation touches: `path#function:offset`, in the order of the paths. */
export type Journey = readonly string[];

/** Reads V8's function coverage of single operations in this process. */
export class Coverage {
  readonly #session = new Session();

  async start(): Promise<void> {
    this.#session.connect();
    await this.#session.post('Profiler.enable');
    await this.#session.post('Profiler.startPreciseCoverage', { callCount: true });
  }

  /**
   * The functions of the product that most of several runs called.
   *
   * @param run the operation; it is given the number of the run, for a key of its own
   */
  async of(run: (at: number) => Promise<unknown>): Promise<Journey> {
    const runs = new Map<string, number>();
    for (let at = 0; at < REPEATS; at++) {
      await pause(QUIET_MS);
      await this.#taken();
      await run(at);
      for (const name of await this.#taken()) runs.set(name, (runs.get(name) ?? 0) + 1);
    }
    return [...runs.keys()].filter((name) => (runs.get(name) ?? 0) > REPEATS / 2).sort();
  }

  stop(): void {
    this.#session.disconnect();
  }

  /** What was called since the last time, without the modules' own bodies. */
  async #taken(): Promise<Set<string>> {
    const { result } = await this.#session.post('Profiler.takePreciseCoverage');
    const called = new Set<string>();
    for (const { url, functions } of result) {
      if (!url.startsWith('file:')) continue;
      const path = fileURLToPath(url).slice(root.length);
      if (!PRODUCT.test(path)) continue;
      for (const { functionName, ranges } of functions) {
        const [whole] = ranges;
        if (whole === undefined || whole.count === 0 || whole.startOffset === 0) continue;
        if (functionName === FIELDS) continue;
        called.add(`${path}#${functionName}:${whole.startOffset}`);
      }
    }
    return called;
  }
}

/** How many files a journey touches. */
export function filesOf(journey: Journey): number {
  return new Set(journey.map((name) => name.slice(0, name.indexOf('#')))).size;
}
