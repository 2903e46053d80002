import { randomBytes } from 'node:crypto';
import { CacheOptionsError, CacheUnavailableError, unlessUnavailable } from '../cache-errors.js';
import type { CacheLogger } from '../cache-log.js';
import type { Clock } from '../clock.js';
import { settleWithin } from '../clock.js';
import { runOutside } from '../engine/call-context.js';
import { nameOf } from '../error-name.js';
import { WarnOnce } from '../episodes.js';
import { having, whole } from '../option-checks.js';
import { WakeableLoop } from '../outbox/wakeable-loop.js';
import type {
  CacheWarmer,
  WarmContext,
  WarmingStatus,
  WarmReason,
  WarmRequest,
  WarmResult,
  WarmRun,
  WarmTotals,
} from './cache-warmer.js';
import { RefreshAheadRounds } from './refresh-ahead-rounds.js';
import { inWords, resultsOf, runOf } from './stored-runs.js';
import { NotStoredError } from './warm-candidates.js';
import type { WarmedCache } from './warmed-cache.js';
import { LEASE_MS, LeadingRun } from './warm-run.js';
import type { WarmingBoard } from '../store/warming-board.js';

/** Between two looks, in milliseconds. */
const LOOK_MS = 1_000;
/** How long a run takes at most, in milliseconds. */
const RUN_MS = 30_000;
const CLOSE_MS = 800;
const DEFAULTS = { limit: 1_000, rate: 50 } as const;
const MOST = { limit: 100_000, rate: 1_000 } as const;

/**
 * Fills the cache before it is asked, by the warmers that were added: one process of all does it at a
 * time, gently, for 30 seconds at most. It begins by itself when the cache has no mark of having been
 * warmed, after `clear` and after a relay's clear; and on demand. Nothing waits for it.
 */
export class Warming {
  readonly #warmers = new Map<string, CacheWarmer>();
  readonly #totals = new Map<string, { done: number; skipped: number; failed: number }>();
  readonly #now: () => number;
  readonly #failing: WarnOnce;
  readonly #id: string;
  readonly #rounds: RefreshAheadRounds;
  #loop: WakeableLoop | undefined;
  #leading: { readonly run: LeadingRun; readonly ended: Promise<void> } | undefined;
  #wanted: WarmReason | undefined;
  #clears: number | undefined;
  #settled = false;

  /** @param automatic whether runs begin without being asked for */
  constructor(
    private readonly cache: WarmedCache,
    private readonly clock: Clock,
    private readonly logger: CacheLogger,
    private readonly automatic: boolean,
  ) {
    const begun = Date.now() - clock.now();
    this.#now = () => Math.round(begun + clock.now());
    this.#failing = new WarnOnce((message) => logger.warn(message));
    this.#id = cache.fleet?.id ?? randomBytes(6).toString('hex');
    const failed = (warmer: CacheWarmer, error: unknown): void => this.#failed(warmer, error);
    this.#rounds = new RefreshAheadRounds({ cache, clock, id: this.#id, now: this.#now, failed });
  }

  /** Names of the warmers, in the order in which they run. */
  get warmers(): readonly string[] {
    return [...this.#warmers.keys()];
  }

  /** What this process has looked at since it started. */
  get totals(): WarmTotals {
    return this.#totals;
  }

  /** Whether the first run after the start has ended, or none was needed; true without warmers. */
  get settled(): boolean {
    return this.#settled || this.#warmers.size === 0 || !this.automatic;
  }

  /** How far the run of this process is; `undefined` while it leads none. Cost: none. */
  get leading(): WarmRun | undefined {
    return this.#leading?.run.state;
  }

  /**
   * Adds a warmer. Cost: none.
   *
   * @throws CacheOptionsError when it is none, or its name is taken
   */
  add(warmer: CacheWarmer): void {
    const [what, fits] = having('candidates', 'keyOf', 'warm');
    if (!fits(warmer)) throw new CacheOptionsError('warmer', `A warmer must be ${what}.`);
    const { name } = warmer;
    if (typeof name !== 'string' || !/^[\w.-]{1,64}$/.test(name) || this.#warmers.has(name)) {
      throw new CacheOptionsError(
        'name',
        `The name of a warmer must be 1 to 64 letters, digits and ._- and distinct, not ${String(name)}.`,
      );
    }
    this.#warmers.set(name, warmer);
  }

  /** Looks once a second whether there is something to do, once the cache is open. Cost: none. */
  start(): void {
    if (this.#loop !== undefined || this.#board === undefined || this.#warmers.size === 0) return;
    this.#loop = new WakeableLoop(this.clock, () => this.#look());
    this.#loop.start();
  }

  /** Ends a run of this process within a second; another process goes on with it. */
  async stop(): Promise<void> {
    const loop = this.#loop;
    this.#loop = undefined;
    const leading = this.#leading;
    leading?.run.stop('closing');
    const ended = Promise.all([loop?.stop(), leading?.ended]).then(() => undefined);
    await settleWithin(this.clock, ended, CLOSE_MS, () => undefined);
  }

  /**
   * Begins a run in this process; resolves with it, or with `running` if one is under way.
   *
   * Cost: one script.
   * @throws CacheOptionsError for a limit or rate out of range or an unknown warmer;
   * CacheUnavailableError
   */
  async begin(request: WarmRequest = {}): Promise<WarmRun | 'running'> {
    const names = request.warmers ?? this.warmers;
    for (const name of names) {
      if (this.#warmers.has(name)) continue;
      throw new CacheOptionsError('warmers', `There is no warmer ${name}.`);
    }
    const limit = whole('limit', request.limit ?? DEFAULTS.limit, MOST.limit);
    const rate = whole('rate', request.rate ?? DEFAULTS.rate, MOST.rate);
    return this.#begin('demand', { names, limit, rate });
  }

  /**
   * Stops the run that is under way, in whichever process; `false` if there is none.
   *
   * Cost: one script.
   * @throws CacheUnavailableError
   */
  async abort(): Promise<boolean> {
    const stopped = (await this.#board?.abort()) ?? false;
    if (stopped) this.#leading?.run.stop('aborted');
    return stopped;
  }

  /**
   * What is known of the runs of all processes. Of this process's own run it is the present state.
   *
   * Cost: one script.
   * @throws CacheUnavailableError
   */
  async status(): Promise<WarmingStatus> {
    const state = await this.#board?.read();
    const results = resultsOf(state?.results ?? []);
    const stored = state?.run === undefined ? undefined : runOf(state.run);
    const own = this.leading;
    return { running: own !== undefined && own.id === stored?.id ? own : stored, results };
  }

  /** The cache was cleared: it is warmed as soon as no run is under way. Cost: none. */
  cleared(reason: 'clear' | 'relay_clear' = 'clear'): void {
    if (!this.automatic || this.#loop === undefined) return;
    this.#wanted = reason;
    this.#loop.wake(0);
  }

  get #board(): WarmingBoard | undefined {
    return this.cache.store.warming;
  }

  /** One look; resolves with the pause after it. */
  async #look(): Promise<number> {
    const board = this.#board;
    if (board === undefined || this.#leading !== undefined || !this.cache.store.connected) {
      return LOOK_MS;
    }
    try {
      await this.#lookAt(board);
    } catch (error) {
      // An outage passes; anything else is a bug, which must not end the process.
      if (!(error instanceof CacheUnavailableError)) {
        this.#failing.warn('look', `Cache: warming failed (${nameOf(error)}).`);
      }
    }
    return LOOK_MS;
  }

  async #lookAt(board: WarmingBoard): Promise<void> {
    const { clears = 0, fresh = true } = this.cache.freshness ?? {};
    if (clears > (this.#clears ?? clears) && this.#wanted !== 'start') this.cleared('relay_clear');
    this.#clears = clears;
    if (!this.settled) {
      const { warmed } = await board.read();
      if (!warmed) this.#wanted ??= 'start';
      else if (this.#wanted === 'start') this.#wanted = undefined;
    }
    const held = await board.takeOver(this.#id, LEASE_MS);
    if (typeof held === 'object') return this.#goOn(held.run);
    if (held === 'running') return;
    if (this.#wanted !== undefined) {
      // Without a proof nothing is served, and the relay may be about to clear what is warmed.
      if (!fresh) return;
      const [reason, names] = [this.#wanted, this.warmers];
      const begun = await this.#begin(reason, { names, ...DEFAULTS });
      if (begun !== 'running') this.#wanted = undefined;
      return;
    }
    this.#settled = true;
    await this.#rounds.look(this.#warmers.values());
  }

  async #begin(
    reason: WarmReason,
    { names, limit, rate }: { names: readonly string[]; limit: number; rate: number },
  ): Promise<WarmRun | 'running'> {
    const board = this.#board;
    if (board === undefined)
      throw new CacheUnavailableError('refused', 'This store keeps no runs.');
    if (this.#leading !== undefined) return 'running';
    const startedAt = this.#now();
    const nothing = { done: 0, skipped: 0, failed: 0, total: null };
    const run: WarmRun = {
      ...{ id: randomBytes(6).toString('hex'), reason, startedAt, deadline: startedAt + RUN_MS },
      ...{ limit, mostRate: rate, rate, leader: this.#id },
      warmers: names.map((name) => ({ name, ...nothing })),
    };
    const other = await board.begin(this.#id, LEASE_MS, JSON.stringify(run));
    if (other !== undefined) return 'running';
    this.logger.notice(`Cache: warming begins (${reason}): ${names.join(', ')}.`);
    this.#note(run, `begins (${reason})`);
    this.#lead(run);
    return run;
  }

  /** Goes on where a process that died, or was stopped, has left the run. */
  async #goOn(text: string): Promise<void> {
    const run = runOf(text);
    const known = run?.warmers.every(({ name }) => this.#warmers.has(name)) === true;
    if (run === undefined || !known) {
      // Of a version with other warmers.
      const left = { id: run?.id ?? '', reason: run?.reason ?? 'start', warmers: [] };
      const at = { startedAt: run?.startedAt ?? this.#now(), endedAt: this.#now() };
      const result: WarmResult = { ...left, ...at, outcome: 'aborted' };
      await this.#board?.end(this.#id, JSON.stringify(result), false);
      return;
    }
    this.logger.notice(`Cache: warming is taken over from process ${run.leader}.`);
    this.#note(run, 'taken over');
    this.#lead({ ...run, leader: this.#id });
  }

  #lead(run: WarmRun): void {
    const board = this.#board;
    if (board === undefined) return;
    const warmers = run.warmers.flatMap(({ name }) => this.#warmers.get(name) ?? []);
    const leading = new LeadingRun(run, warmers, {
      ...{ board, clock: this.clock, now: this.#now, context: this.#context() },
      present: async (keys) =>
        (await this.cache.describeMany(keys)).map((one) => one !== undefined),
      failed: (warmer, error) => this.#failed(warmer, error),
      counted: ({ name }, outcome) => this.#count(name, outcome),
    });
    const ended = runOutside(() => leading.lead())
      .then((result) => this.#report(result))
      .catch((error: unknown) => {
        if (error instanceof CacheUnavailableError) return;
        this.#failing.warn('run', `Cache: warming failed (${nameOf(error)}).`);
      })
      .finally(() => {
        this.#leading = undefined;
        this.#settled = true;
        if (this.#wanted === 'start') this.#wanted = undefined;
      });
    this.#leading = { run: leading, ended };
  }

  #context(): Pick<WarmContext, 'frequentKeys' | 'getOrSet'> {
    const { cache } = this;
    return {
      frequentKeys: async (limit) =>
        (await unlessUnavailable(this.#board?.frequentKeys(limit))) ?? [],
      getOrSet: async (key, loader, options) => {
        const { value, hit, stored } = await cache.getOrSetEntry(key, loader, options);
        if (!hit && !stored && value !== null && value !== undefined) throw new NotStoredError(key);
        return value;
      },
    };
  }

  #count(name: string, outcome: 'done' | 'skipped' | 'failed'): void {
    const totals = this.#totals.get(name) ?? { done: 0, skipped: 0, failed: 0 };
    totals[outcome]++;
    this.#totals.set(name, totals);
  }

  #report(result: WarmResult | undefined): void {
    if (result === undefined) return;
    const loaded = result.warmers.reduce((sum, { done }) => sum + done, 0);
    this.#note(result, `ended (${result.outcome})`, loaded);
    this.logger.notice(`Cache: warming ended ${inWords(result)}.`);
  }

  /** An entry of the journal. */
  #note({ warmers }: Pick<WarmRun, 'warmers'>, what: string, count?: number): void {
    const subject = warmers.map(({ name }) => name).join(', ');
    this.cache.fleet?.note({ at: this.#now(), kind: 'warming', subject, what, count });
  }

  #failed({ name }: CacheWarmer, error: unknown): void {
    this.#failing.warn(name, `Cache: the warmer ${name} failed (${nameOf(error)}).`);
  }
}
