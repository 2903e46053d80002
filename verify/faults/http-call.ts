import { HttpLine, type Answered } from './http-line.js';

export interface Call {
  /** Of the process that is asked. */
  readonly url: string;
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below `/api/v1`. */
  readonly path: string;
  readonly token?: string;
  readonly body?: unknown;
  /** A call that takes longer has failed: its caller has given up. */
  readonly timeoutMs: number;
}

/** Makes HTTP requests over connections that are kept, to whichever process. */
export class HttpCalls {
  /** Lines that wait for a request, by the server that they lead to. */
  readonly #idle = new Map<string, HttpLine[]>();
  readonly #all = new Set<HttpLine>();

  /** Never rejects. */
  async call({ url, method, path, token, body, timeoutMs }: Call): Promise<Answered> {
    const idle = this.#idle.get(url) ?? [];
    this.#idle.set(url, idle);
    const line = idle.pop() ?? this.#open(url, idle);
    const text = body === undefined ? '' : JSON.stringify(body);
    const answered = await line.ask(
      `${method} /api/v1${path} HTTP/1.1\r\nhost: faults\r\n` +
        (token === undefined ? '' : `authorization: Bearer ${token}\r\n`) +
        (body === undefined
          ? ''
          : `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}\r\n`) +
        `\r\n${text}`,
      timeoutMs,
    );
    if (this.#all.has(line)) idle.push(line);
    return answered;
  }

  close(): void {
    for (const line of this.#all) line.destroy();
  }

  #open(url: string, idle: HttpLine[]): HttpLine {
    const { hostname, port } = new URL(url);
    const line = new HttpLine(hostname, Number(port), (closed) => {
      this.#all.delete(closed);
      const at = idle.indexOf(closed);
      if (at >= 0) idle.splice(at, 1);
    });
    this.#all.add(line);
    return line;
  }
}
