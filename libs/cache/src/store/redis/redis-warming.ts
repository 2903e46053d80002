import type { WarmingBoard, WarmingState } from '../warming-board.js';
import { HOURLY_DECAY } from '../warming-board.js';
import type { RedisConnection } from './connection/redis-connection.js';
import type { KeyLayout } from './key-layout.js';
import { asList, asNumber, asText } from './replies.js';
import { ADD_READS, REFRESHES, WARMING } from './scripts/compiled-scripts.js';

const HOUR_MS = 3_600_000;
/** About 83 days: 0.9 ** -2000 is 3e91. */
const HOURS = 2_000;
/** Milliseconds without an answer after which a call has failed. */
const WITHIN_MS = 500;

/** The board of warming in Redis, under bookkeeping names. */
export class RedisWarming implements WarmingBoard {
  constructor(
    private readonly connection: RedisConnection,
    private readonly layout: KeyLayout,
  ) {}

  async begin(holder: string, leaseMs: number, run: string): Promise<string | undefined> {
    const [state, other] = await this.#step('begin', holder, leaseMs, run);
    return state === 'mine' ? undefined : other;
  }

  async takeOver(
    holder: string,
    leaseMs: number,
  ): Promise<'none' | 'running' | { readonly run: string }> {
    // A plain command, and one that no figure of the server counts, as every process asks this.
    const command = ['ZADD', this.layout.warming('until'), 'XX', 'INCR', '0', 'run'];
    if ((await this.connection.send(command, WITHIN_MS)) === null) return 'none';
    const [state, run] = await this.#step('take', holder, leaseMs);
    if (state === 'mine') return { run };
    return state === 'running' ? state : 'none';
  }

  async save(holder: string, leaseMs: number, run: string): Promise<'kept' | 'aborted' | 'lost'> {
    const [state] = await this.#step('save', holder, leaseMs, run);
    if (state === 'mine') return 'kept';
    return state === 'aborted' ? state : 'lost';
  }

  async end(holder: string, result: string, warmed: boolean): Promise<void> {
    await this.#step('end', holder, 0, result, warmed);
  }

  async abort(): Promise<boolean> {
    const [state] = await this.#step('abort');
    return state === 'running';
  }

  async read(): Promise<WarmingState> {
    const [run, warmed, results] = await this.#step('read');
    return {
      run: run === '' ? undefined : run,
      warmed: warmed === '1',
      results: results.split('\n').filter((result) => result !== ''),
    };
  }

  async refreshes(holder: string, leaseMs: number): Promise<boolean> {
    const keys = [this.layout.warming('refresher')];
    const args = [holder, String(leaseMs)];
    return asNumber(await this.connection.run(REFRESHES, keys, args, WITHIN_MS)) === 1;
  }

  async addReads(reads: readonly (readonly [key: string, count: number])[]): Promise<void> {
    // Later reads weigh more, rather than earlier ones less, which would have to be written again:
    // Cormode et al., "Forward decay", ICDE 2009.
    const hours = Math.floor(Date.now() / HOUR_MS) % HOURS;
    const weight = HOURLY_DECAY ** -hours;
    const args = reads.flatMap(([key, count]) => [key, String(count * weight)]);
    await this.connection.run(ADD_READS, [this.#reads], args, WITHIN_MS);
  }

  async frequentKeys(limit: number): Promise<string[]> {
    const command = ['ZRANGE', this.#reads, '0', String(limit - 1), 'REV'];
    const names = asList(await this.connection.send(command, WITHIN_MS)).map(asText);
    return names.filter((name) => name !== undefined);
  }

  /** Weights grow for so many hours, far from the largest number; then they begin anew. */
  get #reads(): string {
    return this.layout.warming(`reads:${Math.floor(Date.now() / HOUR_MS / HOURS)}`);
  }

  async #step(
    step: string,
    holder = '',
    leaseMs = 0,
    text = '',
    warmed = false,
  ): Promise<readonly [state: string, text: string, results: string]> {
    const keys = ['run', 'until'].map((name) => this.layout.warming(name));
    const args = [step, holder, String(leaseMs), text, warmed ? '1' : '0'];
    const reply = asList(await this.connection.run(WARMING, keys, args, WITHIN_MS));
    const [state = '', given = '', results = ''] = reply.map((each) => asText(each) ?? '');
    return [state, given, results];
  }
}
