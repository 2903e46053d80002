import { connect } from 'node:net';
import { ask } from './http-client.js';

/** How many answers came in a second, and how long each took, in milliseconds. */
export interface TimedAnswers {
  readonly perSecond: number;
  readonly taken: readonly number[];
  /** Answers whose head contained what was to be counted. */
  readonly counted: number;
}

/** The text of a request, with a JSON body if there is one. */
export function requestFor(
  url: URL,
  {
    method = 'GET',
    headers,
    body,
  }: {
    readonly method?: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: unknown;
  },
): string {
  const text = body === undefined ? '' : JSON.stringify(body);
  const length = Buffer.byteLength(text);
  const about =
    length === 0 ? {} : { 'content-type': 'application/json', 'content-length': length };
  const lines = Object.entries({ host: url.host, ...headers, ...about });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return `${method} ${url.pathname}${url.search} HTTP/1.1\r\n${head}\r\n${text}`;
}

/**
 * Makes the requests of each list in turn, again and again, each list over a kept-alive connection of
 * its own. Every answer has to have the status 200.
 */
export async function answersTo(
  { hostname, port }: URL,
  requests: readonly (readonly string[])[],
  { seconds, counting = '' }: { readonly seconds: number; readonly counting?: string },
): Promise<TimedAnswers> {
  const begin = performance.now();
  const end = begin + seconds * 1_000;
  const taken: number[] = [];
  let counted = 0;
  await Promise.all(
    requests.map(async (turns) => {
      const socket = connect(Number(port), hostname);
      try {
        for (let turn = 0; performance.now() < end; turn += 1) {
          const sent = performance.now();
          const head = await ask(socket, turns[turn % turns.length] ?? '');
          if (!head.startsWith('HTTP/1.1 200')) throw new Error(head);
          taken.push(performance.now() - sent);
          if (head.includes(counting)) counted += 1;
        }
      } finally {
        socket.destroy();
      }
    }),
  );
  return { perSecond: (taken.length / (performance.now() - begin)) * 1_000, taken, counted };
}
