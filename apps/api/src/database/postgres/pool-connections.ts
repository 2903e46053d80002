import { Socket } from 'node:net';
import type { EventEmitter } from 'node:events';

/** Held for so long (less than the watch waits before it asks), a connection has a slow statement or a lost one. */
const LONG_MS = 400;

interface Connection {
  /** The process of the server behind it, as the server announced it. */
  readonly backend: number;
  readonly socket: Socket;
  /** Since when it is in use; `undefined` while it is idle in the pool. */
  heldSince: number | undefined;
  /** The use in which the server was last found to know nothing of it. */
  doubtedSince: number | undefined;
}

/**
 * Finds the connections of a pool that were cut off silently although the server is up: a firewall
 * forgot them, or an address moved. A statement on one of them is never answered, while a new connection
 * is; so a probe alone does not show it, but the list of what the server works on does.
 */
export class PoolConnections {
  readonly #all = new Map<object, Connection>();

  /** @param pool of node-postgres; its events show which client is in use */
  constructor(pool: EventEmitter) {
    pool.on('connect', (client: object) => {
      const connection = read(client);
      if (connection !== undefined) this.#all.set(client, connection);
    });
    pool.on('acquire', (client: object) => {
      const connection = this.#all.get(client);
      if (connection !== undefined) connection.heldSince = performance.now();
    });
    pool.on('release', (_error: unknown, client: object) => {
      const connection = this.#all.get(client);
      if (connection !== undefined) connection.heldSince = undefined;
    });
    pool.on('remove', (client: object) => this.#all.delete(client));
  }

  /** The server's processes behind connections that have been in use for long. */
  longHeld(): number[] {
    const latest = performance.now() - LONG_MS;
    const held = [...this.#all.values()].filter(({ heldSince = Infinity }) => heldSince <= latest);
    return held.map(({ backend }) => backend);
  }

  /**
   * Ends what the server knows nothing of, twice in a row during one use: an answer may have been on
   * its way the first time. Whatever cut one off has cut off the idle ones as well: they go with it.
   *
   * @param asked what `longHeld` had answered
   * @param atWork those of them that the server has a statement or a transaction of
   */
  judge(asked: readonly number[], atWork: readonly number[], reason: Error): void {
    const unknown = new Set(asked.filter((backend) => !atWork.includes(backend)));
    const cutOff: Connection[] = [];
    for (const connection of this.#all.values()) {
      const { backend, heldSince, doubtedSince } = connection;
      const doubted = heldSince !== undefined && unknown.has(backend);
      connection.doubtedSince = doubted ? heldSince : undefined;
      if (doubted && doubtedSince === heldSince) cutOff.push(connection);
    }
    if (cutOff.length === 0) return;
    const idle = [...this.#all.values()].filter(({ heldSince }) => heldSince === undefined);
    for (const { socket } of [...cutOff, ...idle]) socket.destroy(reason);
  }
}

function read(client: object): Connection | undefined {
  const backend = backendOf(client);
  // The driver's types leave out what its connection reads from, which behind TLS is another socket
  // than the one that the pool was given.
  const { stream } = 'connection' in client ? (client.connection as { stream?: unknown }) : {};
  if (backend === undefined || !(stream instanceof Socket)) return undefined;
  return { backend, socket: stream, heldSince: undefined, doubtedSince: undefined };
}

/** The server's process behind a client of node-postgres, whose types leave it out. */
export function backendOf(client: object): number | undefined {
  return 'processID' in client && typeof client.processID === 'number'
    ? client.processID
    : undefined;
}
