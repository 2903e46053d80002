import type { DatabaseHost } from './database-host.js';
import type { Fleet } from './fleet.js';
import type { Load } from './load.js';
import type { RedisPair } from './redis-pair.js';
import type { StoreHost } from './store-host.js';
import type { Random } from '../support/seeded-random.js';

/** All that a fault can strike, and the load that it must not be noticed by. */
export interface Stage<Redis extends StoreHost = RedisPair> {
  readonly redis: Redis;
  readonly database: DatabaseHost;
  readonly fleet: Fleet;
  readonly load: Load;
  /** Decides whom a fault strikes and for how long. */
  readonly random: Random;
  /** Prints what a fault has measured. */
  readonly note: (text: string) => void;
}

/** Something that goes wrong while the load goes on. */
export interface Fault<Redis extends StoreHost = RedisPair> {
  readonly name: string;
  /** It takes a hook in our own processes. */
  readonly ownOnly?: boolean;
  /**
   * Strikes, waits and heals; resolves when everything is as it was.
   *
   * @throws MissedStrikeError when it did not strike
   */
  run(stage: Stage<Redis>): Promise<void>;
}

/** The moment at which a fault strikes has not come. */
export class MissedStrikeError extends Error {
  constructor(what: string, withinMs: number) {
    super(`${what} within ${withinMs} ms`);
    this.name = 'MissedStrikeError';
  }
}

/** A whole number of milliseconds from the range. */
export function between(random: Random, least: number, most: number): number {
  return Math.round(least + (most - least) * random());
}

export function oneOf<T>(random: Random, all: readonly T[]): T {
  const one = all[Math.floor(random() * all.length)];
  if (one === undefined) throw new Error('there is none to choose');
  return one;
}
