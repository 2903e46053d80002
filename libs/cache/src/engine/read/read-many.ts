import type { DeadlineBudget } from '../deadline-budget.js';
import { STORE_CALL } from '../../observe/recorder.js';
import type { GetOrSetOptions } from '../../values/get-or-set-options.js';
import { NO_OPTIONS } from '../../values/get-or-set-options.js';
import type { LoadParts, Miss } from '../load/load-request.js';
import { isFresh } from '../lookup/lookup.js';
import { noteMiss, serve } from '../lookup/read-outcome.js';
import { currentBudget } from '../request-deadline.js';

/** A value that was found. */
interface Hit {
  readonly value: unknown;
}

/** Reads several validated keys with one store call, in their order. */
export class ReadMany {
  constructor(private readonly parts: LoadParts) {}

  /** The deadline budget of one operation, or the rest of the request's. */
  budget(): DeadlineBudget {
    return currentBudget(this.parts);
  }

  /** The values; `undefined` for absent keys. */
  async values(keys: readonly string[], budget: DeadlineBudget): Promise<unknown[]> {
    const texts = await this.#texts(keys, budget);
    const read = async (key: string, text: string | undefined): Promise<unknown> => {
      const found = await this.#classify(key, text, budget, true);
      if (isFresh(found)) return serve(this.parts, key, found, NO_OPTIONS);
      const miss = texts === undefined ? 'unavailable' : found;
      const how = noteMiss(this.parts, key, NO_OPTIONS, miss);
      this.parts.recorder.read(key, NO_OPTIONS, how);
      return undefined;
    };
    return Promise.all(keys.map((key, index) => read(key, texts?.[index])));
  }

  /** For a caller that loads missing keys: the found value or the kind of miss. */
  async find(
    keys: readonly string[],
    budget: DeadlineBudget,
    options: GetOrSetOptions,
  ): Promise<(Hit | Miss)[]> {
    const texts = await this.#texts(keys, budget);
    if (texts === undefined) return keys.map(() => 'unavailable');
    const read = async (key: string, text: string | undefined): Promise<Hit | Miss> => {
      const found = await this.#classify(key, text, budget, false);
      return isFresh(found) ? { value: serve(this.parts, key, found, options) } : found;
    };
    return Promise.all(keys.map((key, index) => read(key, texts[index])));
  }

  /** `undefined` when the store did not answer. */
  async #texts(
    keys: readonly string[],
    budget: DeadlineBudget,
  ): Promise<readonly (string | undefined)[] | undefined> {
    try {
      const read = (ms: number): Promise<(string | undefined)[]> =>
        this.parts.reads.readMany(keys, ms);
      return await budget.spend(read, STORE_CALL.read_many);
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
    if (text === undefined) return 'miss';
    try {
      return await this.parts.lookup.classify(key, text, NO_OPTIONS, budget, dispose);
    } catch (error) {
      this.parts.lookup.countUnavailable(error);
      return 'unavailable';
    }
  }
}
