import type { Clock } from '../../../clock.js';
import { replyCode } from '../connection/error-replies.js';
import type { ClientEvent, Command, RedisClient } from '../connection/redis-client.js';
import type { ClusterMap, ClusterNode } from './cluster-map.js';
import { slotOf } from './shard-tags.js';

/** Collaborators of a shard's client. */
export interface ShardClientParts {
  readonly map: ClusterMap;
  readonly tag: string;
  /** Name of the key, in the shard's slot, that says how many shards there are. */
  readonly marker: string;
  /** The number of shards, as this process has it. */
  readonly shards: number;
  /** Called when the store was divided into another number of shards. */
  readonly onOther: (shards: string) => void;
  readonly clock: Clock;
}

/** Why a shard cannot be used; the message contains no address and may be logged. */
class ClusterError extends Error {
  override readonly name = 'ClusterError';
  readonly code = 'no owner of the slot';
}

/** Refusals by a server that does not own the slot, or takes no writes: the connection has ended. */
const LOST = new Set(['MOVED', 'READONLY', 'CLUSTERDOWN', 'LOADING', 'MASTERDOWN']);
/** Refusals of writes by an owner that may still be read from. */
const FULL = new Set(['OOM', 'MISCONF', 'NOREPLICAS']);
/** `ASK slot host:port`; IPv6 has colons of its own. */
const ASKED = /^ASK \d+ (.+):(\d+)$/;
/** Until the owner is asked again whether it is one, in milliseconds. */
const RETRY_MS = 50;

/**
 * The client of one shard: the connection to the owner of its slot, which its other shards share. It is
 * ready when a write to the slot was not refused. MOVED, READONLY, CLUSTERDOWN, LOADING, MASTERDOWN and
 * a change of the owner end it: what is pending fails, and the next `ready` is another connection. ASK
 * and TRYAGAIN are refusals of their call; where ASK says, only `ask` sends. Nothing is redirected,
 * queued or sent twice.
 */
export class ShardClient implements RedisClient {
  readonly #parts: ShardClientParts;
  readonly #slot: number;
  readonly #listeners: Record<ClientEvent, ((error?: unknown) => void)[]> = {
    connect: [],
    ready: [],
    error: [],
  };
  readonly #channels = new Map<string, (message: string) => void>();
  #unsubscribe: (() => void)[] = [];
  #owner: ClusterNode | undefined;
  #leave: () => void = () => undefined;
  #unfollow: () => void = () => undefined;
  #cancelRetry: () => void = () => undefined;
  #confirmed = false;
  /** Changes whenever the connection begins or ends. */
  #term = 0;

  constructor(parts: ShardClientParts) {
    this.#parts = parts;
    this.#slot = slotOf(parts.tag);
  }

  get isReady(): boolean {
    if (!this.#confirmed || this.#owner?.commands.isReady !== true) return false;
    return this.#channels.size === 0 || this.#owner.messages.isReady;
  }

  get connection(): object | undefined {
    return this.#owner?.commands.client;
  }

  on(event: ClientEvent, listener: (error?: unknown) => void): void {
    this.#listeners[event].push(listener);
  }

  connect(): void {
    this.#unfollow = this.#parts.map.onChange(() => this.#attach());
    this.#attach();
  }

  send(command: Command): Promise<unknown> {
    return this.#over((client) => client.send(command));
  }

  sendForBytes(command: Command): Promise<unknown> {
    return this.#over((client) => client.sendForBytes(command));
  }

  /** Both commands leave in one write: ASKING is for the next command of its connection. */
  ask(refusal: unknown, command: Command): Promise<unknown> {
    const [, host = '', port] = ASKED.exec(refusal instanceof Error ? refusal.message : '') ?? [];
    const node = host === '' ? undefined : this.#parts.map.nodeAt({ host, port: Number(port) });
    if (node === undefined) return Promise.reject(new ClusterError());
    return this.#over(() => {
      const { client } = node.commands;
      // Without it the command is refused.
      client.send(['ASKING']).catch(() => undefined);
      return client.sendForBytes(command);
    });
  }

  subscribe(channel: string, listener: (message: string) => void): Promise<void> {
    this.#channels.set(channel, listener);
    if (this.#owner !== undefined) this.#receive(this.#owner, channel, listener);
    return Promise.resolve();
  }

  /** Waits for pending answers: the last one comes last. */
  async close(): Promise<void> {
    if (this.isReady) await this.send(['PING']);
  }

  destroy(): void {
    this.#unfollow();
    this.#detach();
    this.#owner?.commands.suspect();
    if (this.#channels.size > 0) this.#owner?.messages.suspect();
    this.#owner = undefined;
  }

  #over(use: (client: RedisClient) => Promise<unknown>): Promise<unknown> {
    if (!this.#confirmed || this.#owner === undefined) return Promise.reject(new ClusterError());
    const term = this.#term;
    return use(this.#owner.commands.client).then(
      (reply) => {
        if (term !== this.#term) throw new ClusterError();
        return reply;
      },
      (error: unknown) => {
        if (term === this.#term && LOST.has(replyCode(error) ?? '')) this.#lose(error);
        throw error;
      },
    );
  }

  /** Follows the owner of the slot. */
  #attach(): void {
    const owner = this.#parts.map.ownerOf(this.#slot);
    if (owner === this.#owner) return;
    this.#detach();
    this.#owner = owner;
    if (owner === undefined) return;
    const { commands } = owner;
    this.#leave = commands.follow((event, error) => {
      if (event === 'ready') void this.#confirm(owner);
      else if (event === 'connect') this.#emit('connect');
      else this.#end(error);
    });
    for (const [channel, listener] of this.#channels) this.#receive(owner, channel, listener);
    if (commands.isReady) void this.#confirm(owner);
  }

  #detach(): void {
    const wasReady = this.#confirmed;
    this.#leave();
    this.#leave = () => undefined;
    for (const each of this.#unsubscribe) each();
    this.#unsubscribe = [];
    this.#cancelRetry();
    this.#confirmed = false;
    this.#term++;
    if (wasReady) this.#emit('error', new ClusterError());
  }

  #receive(owner: ClusterNode, channel: string, listener: (message: string) => void): void {
    this.#unsubscribe.push(owner.messages.subscribe(channel, listener));
  }

  /** Writes to the slot: a server that does not own it, or is a replica, refuses. */
  async #confirm(owner: ClusterNode): Promise<void> {
    this.#emit('connect');
    const term = ++this.#term;
    this.#confirmed = false;
    let found: string | null;
    try {
      found = await this.#mark(owner.commands.client);
    } catch (error) {
      if (term === this.#term) this.#lose(error);
      return;
    }
    if (term !== this.#term) return;
    if (found !== null && found !== String(this.#parts.shards)) {
      this.#parts.onOther(found);
      this.#retry(owner);
      return;
    }
    this.#confirmed = true;
    this.#emit('ready');
  }

  /** Resolves with how many shards there are already, or `null`. */
  async #mark(client: RedisClient): Promise<string | null> {
    const { marker, shards } = this.#parts;
    try {
      return textOf(await client.send(['SET', marker, String(shards), 'NX', 'GET']));
    } catch (error) {
      if (!FULL.has(replyCode(error) ?? '')) throw error;
      return textOf(await client.send(['GET', marker]));
    }
  }

  /** The server refused: it may own the slot a moment later, or another one does. */
  #lose(error: unknown): void {
    this.#end(error);
    if (this.#owner !== undefined) this.#retry(this.#owner);
  }

  #end(error: unknown): void {
    this.#confirmed = false;
    this.#term++;
    this.#parts.map.lookNow();
    this.#emit('error', error);
  }

  #retry(owner: ClusterNode): void {
    this.#cancelRetry();
    this.#cancelRetry = this.#parts.clock.after(RETRY_MS, () => {
      if (owner === this.#owner && owner.commands.isReady) void this.#confirm(owner);
    });
  }

  #emit(event: ClientEvent, error?: unknown): void {
    for (const listener of this.#listeners[event]) listener(error);
  }
}

/** @throws Error for an answer that is no text */
function textOf(answer: unknown): string | null {
  if (answer === null || typeof answer === 'string') return answer;
  throw new Error('Expected a text from Redis.');
}
