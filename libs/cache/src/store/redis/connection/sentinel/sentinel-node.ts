import type { Clock } from '../../../../clock.js';
import type { Deadlines } from '../../../deadlines.js';
import type { RedisClient } from '../redis-client.js';
import type { RedisNode } from '../redis-settings.js';
import { replyCode } from '../error-replies.js';

/** One Sentinel's view of the master. */
export interface MasterView extends RedisNode {
  /** Increases with every failover: the view with the highest epoch is the latest. */
  readonly epoch: number;
}

export interface SentinelNodeParts {
  readonly makeClient: () => RedisClient;
  readonly master: string;
  readonly clock: Clock;
  /** Bounds the answers; shared with the other nodes. */
  readonly deadlines: Deadlines;
  /** Called whenever it becomes available. */
  readonly onReady: () => void;
}

/** Timeout of an answer, in milliseconds. */
const ANSWER_MS = 250;
/**
 * A connection without activity for this many milliseconds is dropped, because it may never
 * recover.
 */
const MUTE_MS = 1_000;
const SILENT = 'does not answer';

/**
 * One Sentinel. Its errors are not reported as long as another one answers. While it is known to
 * be unavailable, or has an answer outstanding, no caller waits for it.
 */
export class SentinelNode {
  readonly #parts: SentinelNodeParts;
  #client: RedisClient;
  #lastSign: number;
  /** Its current problem, as text for the log; `undefined` while it answers. */
  #trouble: string | undefined;
  #view: MasterView | undefined;
  #settled: Promise<void>;
  #settle: () => void = () => undefined;

  constructor(parts: SentinelNodeParts) {
    this.#parts = parts;
    this.#lastSign = parts.clock.now();
    this.#settled = this.#settling();
    this.#client = this.#open();
  }

  get trouble(): string | undefined {
    return this.#trouble;
  }

  /**
   * The master's address; `undefined` when this Sentinel does not answer in time. Never rejects.
   */
  async ask(): Promise<MasterView | undefined> {
    const { clock, deadlines } = this.#parts;
    if (clock.now() - this.#lastSign > MUTE_MS) this.#reopen();
    const answer = this.#settled.then(() => this.#look());
    // Unavailable or unresponsive: its answer may arrive for the next lookup; this one does not
    // wait.
    if (this.#trouble !== undefined) return undefined;
    try {
      return await deadlines.bound(answer, ANSWER_MS, () => this.#view);
    } catch {
      this.#trouble ??= SILENT;
      return undefined;
    }
  }

  destroy(): void {
    this.#client.destroy();
    this.#settle();
  }

  async #look(): Promise<void> {
    const client = this.#client;
    this.#view = undefined;
    if (!client.isReady) return;
    const reply = await client
      .send(['SENTINEL', 'MASTER', this.#parts.master])
      .catch((error: unknown) => error);
    if (client !== this.#client) return;
    const code = replyCode(reply);
    const answered = !(reply instanceof Error) || code !== undefined;
    if (answered) this.#lastSign = this.#parts.clock.now();
    this.#view = answered ? viewOf(reply) : undefined;
    if (this.#view !== undefined) this.#trouble = undefined;
    // `ERR No such master with that name`.
    else if (code === 'ERR') this.#trouble = 'does not know the master';
    else this.#trouble = code === undefined ? SILENT : `answers ${code}`;
  }

  #reopen(): void {
    this.#client.destroy();
    this.#settle();
    this.#lastSign = this.#parts.clock.now();
    this.#settled = this.#settling();
    this.#client = this.#open();
  }

  #open(): RedisClient {
    const client = this.#parts.makeClient();
    client.on('error', (error) => {
      if (client !== this.#client) return;
      const code = replyCode(error);
      this.#trouble = code === undefined ? SILENT : `answers ${code}`;
      this.#settle();
    });
    client.on('ready', () => {
      if (client !== this.#client) return;
      this.#lastSign = this.#parts.clock.now();
      this.#trouble = undefined;
      this.#settle();
      this.#parts.onReady();
    });
    client.connect();
    return client;
  }

  /** Resolves with the first event of a new connection, success or failure. */
  #settling(): Promise<void> {
    return new Promise((resolve) => (this.#settle = resolve));
  }
}

/** A map with RESP3, a flat list of names and values with RESP2. */
function viewOf(reply: unknown): MasterView | undefined {
  const fields = fieldsOf(reply);
  const host = fields.get('ip');
  const port = Number(fields.get('port'));
  const epoch = Number(fields.get('config-epoch'));
  if (host === undefined || host === '' || !(port > 0) || !(epoch >= 0)) return undefined;
  return { host, port, epoch };
}

function fieldsOf(reply: unknown): Map<string, string> {
  if (reply instanceof Map) return textMap([...reply]);
  if (Array.isArray(reply)) {
    const values: unknown[] = reply;
    const names = values.filter((_, n) => n % 2 === 0);
    return textMap(names.map((name, n) => [name, values[2 * n + 1]]));
  }
  return textMap(typeof reply === 'object' && reply !== null ? Object.entries(reply) : []);
}

const textMap = (pairs: readonly (readonly [unknown, unknown])[]): Map<string, string> =>
  new Map(pairs.map(([name, value]) => [String(name), String(value)]));
