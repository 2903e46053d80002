import type { Budget } from './budget.js';
import { NO_OPTIONS } from './cache-entry.js';
import type { LoadParts, Miss } from './load-parts.js';
import type { Found } from './lookup.js';
import { noteHit, noteMiss } from './read-outcome.js';
import { currentBudget } from './request-budget.js';

/** A value that was found. */
interface Hit {
  readonly value: unknown;
}

/** Reads of several checked keys with one store call, answered in their order. */
export class ManyReads {
  constructor(private readonly parts: LoadParts) {}

  /** The time for the store calls of one operation, or what is left of the request's. */
  budget(): Budget {
    return currentBudget(this.parts);
  }

  /** The values, `undefined` for what is not there. */
  async values(keys: readonly string[], budget: Budget): Promise<unknown[]> {
    const texts = (await this.#texts(keys, budget)) ?? [];
    const read = async (key: string, text: string | undefined): Promise<unknown> => {
      const found = await this.#judged(key, text, budget, true);
      if (isFresh(found)) return this.#taken(key, found);
      noteMiss(this.parts, key);
      return undefined;
    };
    return Promise.all(keys.map((key, index) => read(key, texts[index])));
  }

  /** For a caller that loads what is missing: what was found, or how its read ended. */
  async look(keys: readonly string[], budget: Budget): Promise<(Hit | Miss)[]> {
    const texts = await this.#texts(keys, budget);
    if (texts === undefined) return keys.map(() => 'away');
    const read = async (key: string, text: string | undefined): Promise<Hit | Miss> => {
      const found = await this.#judged(key, text, budget, false);
      return isFresh(found) ? { value: this.#taken(key, found) } : found;
    };
    return Promise.all(keys.map((key, index) => read(key, texts[index])));
  }

  /** `undefined` when the store did not answer. */
  async #texts(
    keys: readonly string[],
    budget: Budget,
  ): Promise<readonly (string | undefined)[] | undefined> {
    try {
      return await budget.spend((ms) => this.parts.reads.readMany(keys, ms));
    } catch (error) {
      this.parts.lookup.excuse(error);
      return undefined;
    }
  }

  async #judged(
    key: string,
    text: string | undefined,
    budget: Budget,
    dispose: boolean,
  ): Promise<Miss> {
    try {
      return await this.parts.lookup.judged(key, text, NO_OPTIONS, budget, dispose);
    } catch (error) {
      this.parts.lookup.excuse(error);
      return 'away';
    }
  }

  #taken(key: string, { opened }: Found): unknown {
    noteHit(this.parts, key);
    return opened.value.copy();
  }
}

function isFresh(found: Miss): found is Found {
  return typeof found === 'object' && found.freshness === 'fresh';
}
