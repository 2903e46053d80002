import { connect } from 'node:net';
import type { Socket } from 'node:net';

/** How a route is asked. */
export interface Load {
  readonly connections: number;
  readonly seconds: number;
  /** The status of each answer; another one is an error. Default: any. */
  readonly status?: number;
  /** What the head of an answer contains, if the answer came from where the scenario wants it. */
  readonly expected: string;
}

/** What came of it; times in milliseconds. */
export interface Outcome {
  readonly answered: number;
  readonly perSecond: number;
  readonly times: Float64Array;
  /** Share of the answers that came from elsewhere: on a busy machine, where proofs run out. */
  readonly otherwise: number;
}

/**
 * Asks servers as fast as they answer, over kept-alive connections that are spread over them.
 * Speaks just enough HTTP for that: a full client costs as much as the server that it shares the
 * machine with. It never sleeps: a server whose answer finds a client of the same machine asleep
 * wakes it, and that time would be counted as the server's.
 *
 * @param requests the text of the next request, by the number of the server
 */
export async function ask(
  servers: readonly URL[],
  requests: (server: number) => string,
  load: Load,
): Promise<Outcome> {
  const begin = performance.now();
  const end = begin + load.seconds * 1_000;
  const times: number[] = [];
  let otherwise = 0;
  let polling = true;
  const poll = (): void => {
    if (polling) setImmediate(poll);
  };
  poll();
  try {
    await Promise.all(
      Array.from({ length: load.connections }, async (_, which) => {
        const server = which % servers.length;
        const { hostname = '', port } = servers[server] ?? {};
        const socket = connect(Number(port), hostname).setNoDelay();
        try {
          while (performance.now() < end) {
            const sent = performance.now();
            const head = await answer(socket, requests(server));
            if (!head.startsWith(`HTTP/1.1 ${load.status ?? ''}`)) throw new Error(head);
            if (!head.includes(load.expected)) otherwise++;
            times.push(performance.now() - sent);
          }
        } finally {
          socket.destroy();
        }
      }),
    );
  } finally {
    polling = false;
  }
  const perSecond = (times.length / (performance.now() - begin)) * 1_000;
  const answered = times.length;
  otherwise /= answered;
  return { answered, perSecond, times: Float64Array.from(times).sort(), otherwise };
}

/** Resolves with the head of the answer when all of it has arrived. */
function answer(socket: Socket, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const settle = (): void => {
      socket.off('data', read).off('error', failed).off('close', failed);
    };
    const failed = (error: unknown): void => {
      settle();
      reject(error instanceof Error ? error : new Error('the connection was closed'));
    };
    const read = (chunk: Buffer): void => {
      text += chunk.toString('latin1');
      const body = text.indexOf('\r\n\r\n') + 4;
      if (body === 3) return;
      const head = text.slice(0, body);
      // A 304 has none.
      const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0);
      if (text.length < body + length) return;
      settle();
      resolve(head);
    };
    socket.on('data', read).on('error', failed).on('close', failed);
    socket.write(request);
  });
}
