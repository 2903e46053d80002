import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * What the proxy does to its connections, old and new alike:
 *
 * - `pass`: nothing;
 * - `delay`: every chunk arrives `ms` late, in both directions;
 * - `slice`: every byte travels alone;
 * - `swallow`: connections open, bytes disappear in both directions, for good (a black hole);
 * - `deaf`: requests arrive, answers disappear;
 * - `refuse`: connections are reset, the open ones and those to come.
 */
export type ProxyMode =
  | { readonly kind: 'pass' | 'slice' | 'swallow' | 'deaf' | 'refuse' }
  | { readonly kind: 'delay'; readonly ms: number };

/** A network between a client and a server on the loopback interface, for tests to break. */
export interface TcpProxy {
  readonly port: number;
  /** Connections that clients have open at present. */
  readonly connections: number;
  /** Connections that were ever made. */
  readonly accepted: number;
  become(mode: ProxyMode): void;
  /** Connections from now on lead to another port; those that are open stay where they are. */
  retarget(port: number): void;
  /** Resets every open connection: both ends notice at once. */
  reset(): void;
  /** Ends the server's half of every connection without a word to the client: half-open. */
  forget(): void;
  close(): Promise<void>;
}

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
  /** The server's end was cut behind the client's back, or bytes of the stream are lost. */
  severed: boolean;
}

/** Starts a proxy on a free port in front of another one. */
export async function startTcpProxy(firstTarget: number): Promise<TcpProxy> {
  let mode: ProxyMode = { kind: 'pass' };
  let accepted = 0;
  let targetPort = firstTarget;
  const pairs = new Set<Pair>();

  const listener = createServer((client) => {
    accepted += 1;
    if (mode.kind === 'refuse') {
      client.on('error', () => undefined);
      client.resetAndDestroy();
      return;
    }
    const server = connect({ port: targetPort, host: '127.0.0.1', noDelay: true });
    const pair: Pair = { client, server, severed: false };
    pairs.add(pair);
    client.setNoDelay(true);
    forward(pair, client, server, () => mode, false);
    forward(pair, server, client, () => mode, true);
    client.once('close', () => {
      pairs.delete(pair);
      server.destroy();
    });
    server.once('close', () => {
      if (!pair.severed) client.destroy();
    });
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');

  const resetAll = (): void => {
    for (const { client } of pairs) client.resetAndDestroy();
  };
  return {
    port: address.port,
    get connections() {
      return pairs.size;
    },
    get accepted() {
      return accepted;
    },
    become: (next) => {
      mode = next;
      if (next.kind === 'refuse') resetAll();
    },
    retarget: (port) => {
      targetPort = port;
    },
    reset: resetAll,
    forget: () => {
      for (const pair of pairs) {
        pair.severed = true;
        pair.server.destroy();
      }
    },
    close: async () => {
      const closed = once(listener, 'close');
      listener.close();
      for (const { client } of pairs) client.destroy();
      await closed;
    },
  };
}

/** Carries one direction; chunks keep their order whatever the mode does to them. */
function forward(
  pair: Pair,
  from: Socket,
  to: Socket,
  mode: () => ProxyMode,
  isAnswer: boolean,
): void {
  let before = Promise.resolve();
  from.on('error', () => undefined);
  from.on('data', (chunk: Buffer) => {
    const now = mode();
    if (now.kind === 'swallow' || (now.kind === 'deaf' && isAnswer)) {
      // A stream with a hole in it never makes sense again: this connection stays mute.
      pair.severed = true;
    }
    if (pair.severed) return;
    const arrived = performance.now();
    before = before.then(() => carry(chunk, to, now, arrived));
  });
}

async function carry(chunk: Buffer, to: Socket, mode: ProxyMode, arrived: number): Promise<void> {
  if (mode.kind === 'delay') {
    const leftMs = Math.max(0, arrived + mode.ms - performance.now());
    await sleep(leftMs, undefined, { ref: false });
  }
  if (mode.kind !== 'slice') {
    to.write(chunk);
    return;
  }
  for (const byte of chunk) {
    to.write(Buffer.of(byte));
    await new Promise((resolve) => setImmediate(resolve));
  }
}
