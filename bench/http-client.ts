import { connect } from 'node:net';
import type { Socket } from 'node:net';

/** How a path is asked for. */
export interface HttpLoad {
  readonly connections: number;
  readonly seconds: number;
  /** Requests a second, spread evenly over time and connections. Default: as many as are answered. */
  readonly perSecond?: number;
  /** Whether this process goes on polling where it would sleep, so that no answer has to wake it. */
  readonly awake?: boolean;
  /** What the head of each answer must contain, beside its status 200. */
  readonly expected?: string;
}

/** What came of it. */
export interface Answers {
  readonly answered: number;
  readonly perSecond: number;
  /** Times per answer that this process slept, and had to be woken. */
  readonly sleeps: number;
}

/**
 * Asks for a path again and again over so many kept-alive connections. Speaks just enough HTTP for
 * that, because a full client costs as much as the server that it shares the machine with.
 */
export async function askFor(
  url: URL,
  headers: Readonly<Record<string, string>>,
  load: HttpLoad,
): Promise<Answers> {
  const { connections, seconds, perSecond, awake = false, expected = '' } = load;
  const lines = Object.entries({ host: url.host, ...headers }).map(([k, v]) => `${k}: ${v}\r\n`);
  const request = `GET ${url.pathname}${url.search} HTTP/1.1\r\n${lines.join('')}\r\n`;
  const everyMs = perSecond === undefined ? 0 : (1_000 * connections) / perSecond;
  const begin = performance.now();
  const end = begin + seconds * 1_000;
  let answered = 0;
  let polling = awake;
  const poll = (): void => {
    if (polling) setImmediate(poll);
  };
  poll();
  const before = process.resourceUsage();
  await Promise.all(
    Array.from({ length: connections }, async (_, which) => {
      const socket = connect(Number(url.port), url.hostname);
      let next = begin + (which / connections) * everyMs;
      try {
        for (;;) {
          const early = next - performance.now();
          if (early >= 1) await new Promise((resolve) => setTimeout(resolve, early));
          if (performance.now() >= end) return;
          const head = await ask(socket, request);
          if (!head.startsWith('HTTP/1.1 200') || !head.includes(expected)) throw new Error(head);
          answered++;
          next += everyMs;
        }
      } finally {
        socket.destroy();
      }
    }),
  );
  polling = false;
  const slept = process.resourceUsage().voluntaryContextSwitches - before.voluntaryContextSwitches;
  const perMs = answered / (performance.now() - begin);
  return { answered, perSecond: perMs * 1_000, sleeps: slept / answered };
}

/** Resolves with the head of the answer when all of it has arrived. */
export function ask(socket: Socket, request: string): Promise<string> {
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
