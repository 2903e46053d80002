import type { Agent } from 'node:http';
import { request } from 'node:http';

export interface Call {
  readonly agent: Agent;
  /** Of the process that is asked. */
  readonly url: string;
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below `/api/v1`. */
  readonly path: string;
  readonly token?: string;
  readonly body?: unknown;
  /** A call that takes longer has failed: nobody waits for it any more. */
  readonly patienceMs: number;
}

/** An answer; status 0 says that there was none, and `cause` why. */
export interface Answered {
  readonly status: number;
  readonly body: unknown;
  readonly cause: string;
}

/** Makes one HTTP request. Never rejects. */
export function call({
  agent,
  url,
  method,
  path,
  token,
  body,
  patienceMs,
}: Call): Promise<Answered> {
  return new Promise((resolve) => {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const failed = (error: NodeJS.ErrnoException): void => {
      const cause = error.name === 'AbortError' ? 'timeout' : (error.code ?? error.name);
      resolve({ status: 0, body: undefined, cause });
    };
    const sent = request(
      `${url}/api/v1${path}`,
      {
        agent,
        method,
        signal: AbortSignal.timeout(patienceMs),
        headers: {
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(text === undefined
            ? {}
            : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
        },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', failed);
        response.on('end', () => {
          const status = response.statusCode ?? 0;
          resolve({ status, body: parse(Buffer.concat(chunks).toString()), cause: String(status) });
        });
      },
    );
    sent.on('error', failed);
    sent.end(text);
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
