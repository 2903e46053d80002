/** What is unavailable: the database, or one API process by its number. */
export type Who = 'database' | number;

interface Downtime {
  readonly who: Who;
  readonly begin: number;
  end: number;
}

/**
 * A request that was under way this long before a process was seen to be dead may have been killed
 * with it: the harness learns of a death a moment after it.
 */
const SLACK_US = 300_000;

/**
 * When the database or an API process was unavailable. A request that fails then failed for that reason,
 * and the cache is not to blame.
 */
export class Downtimes {
  readonly #all: Downtime[] = [];

  constructor(private readonly now: () => number) {}

  /** Begins one; the returned function ends it. */
  begin(who: Who): () => void {
    const downtime: Downtime = { who, begin: this.now() - SLACK_US, end: Infinity };
    this.#all.push(downtime);
    return () => {
      downtime.end = Math.min(downtime.end, this.now());
    };
  }

  /** Whether a process that the request needed was unavailable while it ran. */
  excuse(process: number, begin: number, end: number): boolean {
    return this.#all.some(
      (down) =>
        (down.who === 'database' || down.who === process) && down.begin <= end && down.end >= begin,
    );
  }
}
