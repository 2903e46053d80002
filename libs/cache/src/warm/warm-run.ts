import { setMaxListeners } from 'node:events';
import { CacheUnavailableError } from '../cache-errors.js';
import type { Clock } from '../clock.js';
import type {
  CacheWarmer,
  WarmContext,
  WarmProgress,
  WarmResult,
  WarmRun,
} from './cache-warmer.js';
import { Pace } from './pace.js';
import { pauseUnlessAborted, Progress, warmCandidates, type WarmParts } from './warm-candidates.js';
import type { WarmingBoard } from '../store/warming-board.js';

/** Without a sign of life for so many milliseconds a run is taken over. */
export const LEASE_MS = 4_000;
const SAVE_MS = 1_000;

/** Why a run ends early. */
type Stop = 'aborted' | 'deadline' | 'closing' | 'lost';

/** What a run needs. */
export interface WarmRunParts {
  readonly board: WarmingBoard;
  readonly clock: Clock;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly present: WarmParts['present'];
  readonly failed: WarmParts['failed'];
  readonly counted: WarmParts['counted'];
  readonly context: Pick<WarmContext, 'frequentKeys' | 'getOrSet'>;
}

/** One run of the warmers in this process, from its begin or from where another process left it. */
export class LeadingRun {
  readonly #progress: readonly Progress[];
  readonly #pace: Pace;
  readonly #controller = new AbortController();
  #stop: Stop | undefined;
  #current: CacheWarmer | undefined;

  constructor(
    private readonly run: WarmRun,
    private readonly warmers: readonly CacheWarmer[],
    private readonly parts: WarmRunParts,
  ) {
    this.#progress = run.warmers.map((each) => new Progress(each));
    const isFull = (): boolean => this.#current?.isSourceFull?.() === true;
    this.#pace = new Pace(parts.clock, run.mostRate, isFull);
    // Each load may listen.
    setMaxListeners(0, this.#controller.signal);
  }

  /** How far it is. */
  get state(): WarmRun {
    const warmers: readonly WarmProgress[] = this.#progress.map((each) => each.toJSON());
    return { ...this.run, rate: this.#pace.rate, warmers };
  }

  /** Ends it within a second: for good, or so that another process goes on. */
  stop(why: 'aborted' | 'closing'): void {
    this.#abort(why);
  }

  /** Runs to the end; resolves with the result, `undefined` if another process has it or may take it. */
  async lead(): Promise<WarmResult | undefined> {
    const { clock, now } = this.parts;
    const leftMs = Math.max(0, this.run.deadline - now());
    const cancel = clock.after(leftMs, () => this.#abort('deadline'));
    const kept = this.#keep();
    let failed = false;
    try {
      for (const [at, warmer] of this.warmers.entries()) await this.#warm(at, warmer);
    } catch (error) {
      if (error instanceof CacheUnavailableError) this.#abort('lost');
      else if (this.#stop === undefined) {
        failed = true;
        if (this.#current !== undefined) this.parts.failed(this.#current, error);
      }
    } finally {
      cancel();
      this.#controller.abort();
      await kept;
    }
    return this.#end(failed);
  }

  async #warm(at: number, warmer: CacheWarmer): Promise<void> {
    const progress = this.#progress[at];
    const taken = this.#progress.reduce((sum, each) => sum + each.looked, 0);
    const left = this.run.limit - taken;
    if (progress === undefined || left <= 0 || this.#controller.signal.aborted) return;
    this.#current = warmer;
    const { deadline, reason, limit } = this.run;
    const { signal } = this.#controller;
    const context = { ...this.parts.context, signal, deadline, reason, limit };
    await warmCandidates(warmer, context, progress, left, { ...this.parts, pace: this.#pace });
  }

  /** Saves the progress each second, and learns whether to go on. */
  async #keep(): Promise<void> {
    const { board, clock } = this.parts;
    const { leader } = this.run;
    for (;;) {
      await pauseUnlessAborted(clock, SAVE_MS, this.#controller.signal);
      if (this.#controller.signal.aborted) return;
      try {
        const answer = await board.save(leader, LEASE_MS, JSON.stringify(this.state));
        if (answer !== 'kept') this.#abort(answer);
      } catch (error) {
        if (!(error instanceof CacheUnavailableError)) throw error;
        this.#abort('lost');
      }
    }
  }

  async #end(failed: boolean): Promise<WarmResult | undefined> {
    const stop = this.#stop;
    if (stop === 'lost') return undefined;
    const { board, now } = this.parts;
    const { id, reason, startedAt, leader } = this.run;
    const { warmers } = this.state;
    if (stop === 'closing') {
      // The next process that looks goes on.
      await board.save(leader, 0, JSON.stringify(this.state));
      return undefined;
    }
    const outcome = failed ? 'failed' : (stop ?? 'done');
    const result: WarmResult = { id, reason, startedAt, warmers, outcome, endedAt: now() };
    // A failure may be this process's own: another one may try.
    await board.end(leader, JSON.stringify(result), outcome !== 'failed');
    return result;
  }

  #abort(why: Stop): void {
    this.#stop ??= why;
    this.#controller.abort();
  }
}
