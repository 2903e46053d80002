import type { RedisClientOptions } from 'redis';
import type { Clock } from '../../../../clock.js';
import { systemClock } from '../../../../clock.js';
import { serverClient } from '../server-client.js';
import type { Command, ClientEvent, RedisClient } from '../redis-client.js';
import type { RedisNode, SentinelSettings } from '../redis-settings.js';
import { replyCode } from '../error-replies.js';
import { MasterFinder, socketTo } from './master-finder.js';
import { SentinelError } from './sentinel-error.js';

/** How often the Sentinels are asked while no master is available, in milliseconds … */
const SEEK_MS = 100;
/** … and while one is, so that a master on the wrong side of a network partition is noticed. */
const WATCH_MS = 500;

/**
 * A client of the current master, after Redis’s guidelines for Sentinel clients. It wraps a client of
 * one server: when that is lost, or the Sentinels name another server, a new one connects to their
 * answer. It is ready only when the server itself reports the master role and the Sentinels, asked
 * after connecting, agree. So a former master that returns is never written to, however late the
 * Sentinels demote it.
 *
 * Nothing is retried or queued here: what was pending when the master became unavailable fails.
 */
export class SentinelClient implements RedisClient {
  readonly #settings: SentinelSettings;
  readonly #clock: Clock;
  readonly #listeners: Record<ClientEvent, ((error?: unknown) => void)[]> = {
    connect: [],
    ready: [],
    error: [],
  };
  readonly #channels = new Map<string, (message: string) => void>();
  #finder: MasterFinder | undefined;
  #client: RedisClient | undefined;
  /** The server of `#client`, by the address that the Sentinels report. */
  #node: RedisNode | undefined;
  #confirmed = false;
  #looking = false;
  #cancelLook: () => void = () => undefined;

  constructor(settings: SentinelSettings, clock: Clock = systemClock) {
    this.#settings = settings;
    this.#clock = clock;
  }

  get isReady(): boolean {
    return this.#confirmed && this.#client?.isReady === true;
  }

  on(event: ClientEvent, listener: (error?: unknown) => void): void {
    this.#listeners[event].push(listener);
  }

  connect(): void {
    this.#finder = new MasterFinder(this.#settings, this.#clock, () => {
      if (!this.isReady) void this.#look();
    });
    void this.#look();
  }

  send(command: Command): Promise<unknown> {
    return this.#over((client) => client.send(command));
  }

  sendForBytes(command: Command): Promise<unknown> {
    return this.#over((client) => client.sendForBytes(command));
  }

  async subscribe(channel: string, listener: (message: string) => void): Promise<void> {
    this.#channels.set(channel, listener);
    await this.#over((client) => client.subscribe(channel, listener));
  }

  async close(): Promise<void> {
    this.#stopLooking();
    if (this.isReady) await this.#client?.close();
  }

  destroy(): void {
    this.#stopLooking();
    this.#client?.destroy();
    this.#client = undefined;
  }

  #over<R>(use: (client: RedisClient) => Promise<R>): Promise<R> {
    const client = this.#client;
    if (client === undefined || !this.#confirmed) {
      return Promise.reject(new SentinelError('there is no master'));
    }
    const reply = use(client);
    reply.catch((error: unknown) => {
      // The master was demoted; other error replies do not concern this client.
      if (client === this.#client && replyCode(error) === 'READONLY') this.#lose(error);
    });
    return reply;
  }

  /** Asks the Sentinels and follows their answer, repeatedly until the client is closed. */
  async #look(): Promise<void> {
    const finder = this.#finder;
    if (finder === undefined || this.#looking) return;
    this.#looking = true;
    this.#cancelLook();
    try {
      const master = await finder.find();
      if (finder === this.#finder) this.#follow(master);
    } catch (error) {
      // A master that still answers is kept: Sentinels are needed only to find one.
      if (finder === this.#finder && this.#client === undefined) this.#emit('error', error);
    }
    this.#looking = false;
    if (finder === this.#finder) this.#lookIn(this.isReady ? WATCH_MS : SEEK_MS);
  }

  #lookIn(ms: number): void {
    this.#cancelLook();
    // Jitter, so that processes that lost a master together do not ask at the same moments.
    this.#cancelLook = this.#clock.after(ms * (0.75 + Math.random() / 2), () => void this.#look());
  }

  #follow(master: RedisNode): void {
    if (this.#client !== undefined) {
      if (isSame(master, this.#node)) return;
      this.#lose(new SentinelError('the master has changed'));
    }
    const client = serverClient(masterOptions(this.#settings, master));
    this.#client = client;
    this.#node = master;
    client.on('connect', () => {
      if (client === this.#client) this.#emit('connect');
    });
    client.on('error', (error) => {
      if (client === this.#client) this.#lose(error);
    });
    client.on('ready', () => {
      this.#confirm(client).catch((error: unknown) => {
        if (client === this.#client) this.#lose(error);
      });
    });
    client.connect();
  }

  async #confirm(client: RedisClient): Promise<void> {
    const role = client.send(['ROLE']);
    const found = this.#finder?.find();
    const [reply, master] = await Promise.all([role, found]);
    if (client !== this.#client) return;
    const says: unknown = Array.isArray(reply) ? reply[0] : undefined;
    if (says !== 'master' || !isSame(master, this.#node)) {
      throw new SentinelError('no server is the master yet');
    }
    for (const [channel, listener] of this.#channels) await client.subscribe(channel, listener);
    if (client !== this.#client) return;
    this.#confirmed = true;
    this.#emit('ready');
  }

  /** Drops the current connection; the next lookup creates another. */
  #lose(error: unknown): void {
    this.#confirmed = false;
    const client = this.#client;
    this.#client = undefined;
    client?.destroy();
    if (this.#finder === undefined) return;
    this.#emit('error', error);
    this.#lookIn(SEEK_MS);
  }

  #stopLooking(): void {
    this.#cancelLook();
    this.#finder?.destroy();
    this.#finder = undefined;
  }

  #emit(event: ClientEvent, error?: unknown): void {
    for (const listener of this.#listeners[event]) listener(error);
  }
}

function isSame(one: RedisNode | undefined, other: RedisNode | undefined): boolean {
  return one?.host === other?.host && one?.port === other?.port;
}

function masterOptions(settings: SentinelSettings, node: RedisNode): Partial<RedisClientOptions> {
  const { clientName, clientOptions = {}, username, password, database, tls } = settings;
  const given = { ...clientOptions };
  // Its address would override the one that the Sentinels report.
  delete given.url;
  return {
    ...(clientName === undefined ? {} : { name: clientName }),
    ...given,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(database === undefined ? {} : { database }),
    socket: socketTo(settings.mapAddress?.(node) ?? node, given.socket, tls),
  };
}
