import type { Command } from '@gad/cache/store';
import { createClient, RESP_TYPES } from 'redis';

/** A real connection below the scheduled clients of one process. */
export interface Wire {
  send(command: Command): Promise<unknown>;
  sendForBytes(command: Command): Promise<unknown>;
  /** Returns how to stop listening. */
  listen(channel: string, listener: (message: string) => void): () => void;
}

/** The connections of a run; they outlive its episodes, because connecting takes longest. */
export class Wires {
  readonly #clients: Client[] = [];
  readonly #subscriber: Client;
  readonly #listeners = new Map<string, Set<(message: string) => void>>();

  constructor(private readonly url: string) {
    this.#subscriber = makeClient(url);
  }

  async open(processes: number): Promise<void> {
    await this.#subscriber.connect();
    for (let n = 0; n <= processes; n++) {
      const client = makeClient(this.url);
      await client.connect();
      this.#clients.push(client);
    }
  }

  /** A connection from outside the library. */
  async command(...words: string[]): Promise<unknown> {
    return this.#client(0).sendCommand(words);
  }

  /** As `command`, for binary replies and arguments. */
  async binaryCommand(...words: (string | Buffer)[]): Promise<unknown> {
    return this.#client(0).sendCommand(words, BYTES);
  }

  wire(process: number): Wire {
    const client = this.#client(process + 1);
    return {
      send: (command) => client.sendCommand(command),
      sendForBytes: (command) => client.sendCommand(command, BYTES),
      listen: (channel, listener) => this.#listen(channel, listener),
    };
  }

  async subscribe(channel: string): Promise<void> {
    this.#listeners.set(channel, new Set());
    await this.#subscriber.subscribe(channel, (message) => {
      for (const listener of this.#listeners.get(channel) ?? []) listener(message);
    });
  }

  close(): void {
    for (const client of [this.#subscriber, ...this.#clients]) client.destroy();
  }

  #listen(channel: string, listener: (message: string) => void): () => void {
    const listeners = this.#listeners.get(channel);
    if (listeners === undefined) throw new Error(`${channel} has no subscriber`);
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }

  #client(at: number): Client {
    const client = this.#clients[at];
    if (client === undefined) throw new Error('too few connections');
    return client;
  }
}

type Client = ReturnType<typeof makeClient>;

const BYTES = { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } };

function makeClient(url: string) {
  const client = createClient({ url, commandOptions: { timeout: 0 } });
  client.on('error', () => undefined);
  return client;
}
