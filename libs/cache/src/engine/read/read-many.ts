import type { DeadlineBudget } from '../deadline-budget.js';
import { NO_OPTIONS } from '../../values/get-or-set-options.js';
import type { LoadParts, Miss } from '../load/load-request.js';
import { isFresh } from '../lookup/lookup.js';
import { noteMiss, serve } from '../lookup/read-outcome.js';
import { currentBudget } from '../request-deadline.js';

/** A value that was found. */
interface Hit {
  readonly value: unknown;
}

/** Reads of several checked keys with one store call, answered in their order. */
export class ReadMany {
  constructor(private readonly parts: LoadParts) {}

  /** The time for the store calls of one operation, or what is left of the request's. */
  budget(): DeadlineBudget {
    return currentBudget(this.parts);
  }

  /** The values, `undefined` for what is not there. */
  async values(keys: readonly string[], budget: DeadlineBudget): Promise<unknown[]> {
    const texts = (await this.#texts(keys, budget)) ?? [];
    const read = async (key: string, text: string | undefined): Promise<unknown> => {
      const found = await this.#classify(key, text, budget, true);
      if (isFresh(found)) return serve(this.parts, key, found, NO_OPTIONS);
      noteMiss(this.parts, key);
      return undefined;
    };
    return Promise.all(keys.map((key, index) => read(key, texts[index])));
  }

  /** For a caller that loads what is missing: what was found, or how its read ended. */
  async find(keys: readonly string[], budget: DeadlineBudget): Promise<(Hit | Miss)[]> {
    const texts = await this.#texts(keys, budget);
    if (texts === undefined) return keys.map(() => 'away');
    const read = async (key: string, text: string | undefined): Promise<Hit | Miss> => {
      const found = await this.#classify(key, text, budget, false);
      return isFresh(found) ? { value: serve(this.parts, key, found, NO_OPTIONS) } : found;
    };
    return Promise.all(keys.map((key, index) => read(key, texts[index])));
  }

  /** `undefined` when the store did not answer. */
  async #texts(
    keys: readonly string[],
    budget: DeadlineBudget,
  ): Promise<readonly (string | undefined)[] | undefined> {
    try {
      return await budget.spend((ms) => this.parts.reads.readMany(keys, ms));
    } catch (error) {
      this.parts.lookup.countUnavailable(error);
      return undefined;
    }
  }

  async #classify(
    key: string,
    text: string | undefined,
    budget: DeadlineBudget,
    dispose: boolean,
  ): Promise<Miss> {
    try {
      return await this.parts.lookup.classify(key, text, NO_OPTIONS, budget, dispose);
    } catch (error) {
      this.parts.lookup.countUnavailable(error);
      return 'away';
    }
  }
}
