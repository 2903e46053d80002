import type { Command, RedisClient } from '@gad/cache/store';
import type { Random } from '../support/seeded-random.js';
import { WRITE } from '../../libs/cache/src/store/redis/scripts/compiled-scripts.js';
import type { Scheduler } from './scheduler.js';
import type { Wire } from './wires.js';

type ClientEvent = Parameters<RedisClient['on']>[0];

interface Pending {
  readonly reject: (error: Error) => void;
}

/** The server that all clients share. */
export interface SharedServer {
  /** Set while it is not there; resolves when it is back. */
  down: Promise<void> | undefined;
}

/** How the lanes of a client behave. */
export interface ClientManners {
  /** Replies may overtake each other, as if a process had several connections. */
  readonly overtaking: boolean;
  readonly random: Random;
  readonly server: SharedServer;
}

/**
 * A client of a real Redis on which every command and every reply waits for the scheduler. Commands
 * keep their order, as on one connection.
 */
export class ScheduledClient implements RedisClient {
  isReady = false;
  #life = 0;
  /** Connections up to this one ended with their server: nothing of them arrives any more. */
  #buried = -1;
  #gone = false;
  readonly #pending = new Set<Pending>();
  readonly #listeners: Record<ClientEvent, ((error?: unknown) => void)[]> = {
    connect: [],
    ready: [],
    error: [],
  };
  #unsubscribe: () => void = () => undefined;

  constructor(
    readonly name: string,
    private readonly scheduler: Scheduler,
    private readonly wire: Wire,
    private readonly manners: ClientManners,
  ) {}

  send(command: Command): Promise<unknown> {
    return this.#dispatch(command, (words) => this.wire.send(words));
  }

  sendForBytes(command: Command): Promise<unknown> {
    return this.#dispatch(command, (words) => this.wire.sendForBytes(words));
  }

  subscribe(channel: string, listener: (message: string) => void): Promise<void> {
    this.#unsubscribe = this.wire.listen(channel, (message) => {
      this.scheduler.enterAlone(`${this.name}:message`, () => {
        if (!this.#gone) listener(message);
      });
    });
    return Promise.resolve();
  }

  on(event: ClientEvent, listener: (error?: unknown) => void): void {
    this.#listeners[event].push(listener);
  }

  connect(): void {
    this.scheduler.enter(`${this.name}:connect`, () => {
      if (this.#gone || this.isReady) return;
      const { down } = this.manners.server;
      if (down !== undefined) {
        void down.then(() => this.connect());
        return;
      }
      for (const listener of this.#listeners.connect) listener();
      this.isReady = true;
      for (const listener of this.#listeners.ready) listener();
    });
  }

  /** The connection breaks: answers to what was sent are lost, and it reconnects. */
  drop(): void {
    if (this.#gone || !this.isReady) return;
    this.#lose(new Error('Socket closed unexpectedly'));
    for (const listener of this.#listeners.error) listener(new Error('ECONNRESET'));
    this.connect();
  }

  /** As `drop`, because the server ended: what was on its way to it is lost with it. */
  bury(): void {
    this.#buried = this.#life;
    this.drop();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  destroy(): void {
    this.#gone = true;
    this.#unsubscribe();
    this.#lose(new Error('The client is closed'));
  }

  #lose(error: Error): void {
    this.isReady = false;
    this.#life++;
    for (const pending of this.#pending) pending.reject(error);
    this.#pending.clear();
  }

  #dispatch(command: Command, run: (command: Command) => Promise<unknown>): Promise<unknown> {
    if (!this.isReady) return Promise.reject(new Error('The client is offline'));
    const life = this.#life;
    return new Promise((resolve, reject) => {
      const pending: Pending = { reject };
      this.#pending.add(pending);
      const answer = (settle: () => void): void => {
        const deliver = (): void => {
          if (this.#pending.delete(pending)) settle();
        };
        if (this.manners.overtaking) this.scheduler.enterAlone(`${this.name}:reply`, deliver);
        else this.scheduler.enter(`${this.name}:reply`, deliver);
      };
      this.scheduler.enter(`${this.name}:send`, async () => {
        if (life <= this.#buried) return;
        if (life !== this.#life && !this.#arrivesLate(command)) return;
        await run(command).then(
          (reply) => answer(() => resolve(reply)),
          (error: unknown) => answer(() => reject(error instanceof Error ? error : new Error())),
        );
      });
    });
  }

  /**
   * What a broken connection had in its buffers may still reach the server. Not a store by hand: a
   * writer without an answer must assume neither outcome, and the model's writers do.
   */
  #arrivesLate(command: Command): boolean {
    const isWrite = command.some((word) => word === WRITE.sha1 || word === WRITE.source);
    return !isWrite && this.manners.random() < 0.5;
  }
}
