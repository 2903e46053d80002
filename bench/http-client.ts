import { connect } from 'node:net';
import type { Socket } from 'node:net';

/**
 * Asks for a path again and again over so many kept-alive connections, and returns how many answers
 * came in a second. Speaks just enough HTTP for that, because a full client costs as much as the
 * server that it shares the machine with.
 *
 * @param expected what the head of each answer must contain, beside its status 200
 */
export async function answersPerSecond(
  url: URL,
  headers: Readonly<Record<string, string>>,
  load: { readonly connections: number; readonly seconds: number; readonly expected?: string },
): Promise<number> {
  const { connections, seconds, expected = '' } = load;
  const lines = Object.entries({ host: url.host, ...headers }).map(([k, v]) => `${k}: ${v}\r\n`);
  const request = `GET ${url.pathname}${url.search} HTTP/1.1\r\n${lines.join('')}\r\n`;
  const begin = performance.now();
  const end = begin + seconds * 1_000;
  let answered = 0;
  await Promise.all(
    Array.from({ length: connections }, async () => {
      const socket = connect(Number(url.port), url.hostname);
      try {
        while (performance.now() < end) {
          const head = await ask(socket, request);
          if (!head.startsWith('HTTP/1.1 200') || !head.includes(expected)) throw new Error(head);
          answered++;
        }
      } finally {
        socket.destroy();
      }
    }),
  );
  return (answered / (performance.now() - begin)) * 1_000;
}

/** Resolves with the head of the answer when all of it has arrived. */
function ask(socket: Socket, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer: Buffer = Buffer.alloc(0);
    const done = (settle: () => void): void => {
      socket.off('data', read).off('error', failed).off('close', failed);
      settle();
    };
    const failed = (error: unknown): void =>
      done(() => reject(error instanceof Error ? error : new Error('the connection was closed')));
    const read = (chunk: Buffer): void => {
      answer = answer.length === 0 ? chunk : Buffer.concat([answer, chunk]);
      const body = answer.indexOf('\r\n\r\n') + 4;
      if (body === 3) return;
      const head = answer.toString('latin1', 0, body);
      const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1]);
      if (answer.length >= body + length) done(() => resolve(head));
    };
    socket.on('data', read).on('error', failed).on('close', failed);
    socket.write(request);
  });
}
