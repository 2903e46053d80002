import { connect, type Socket } from 'node:net';

const HEAD_END = '\r\n\r\n';
/** These end with their head, whatever it says (RFC 9112, 6.3). */
const WITHOUT_BODY = [204, 304];

/** An answer; status 0 says that there was none, and `cause` why. */
export interface Answered {
  readonly status: number;
  readonly body: unknown;
  readonly cause: string;
}

interface Pending {
  readonly answer: (answered: Answered) => void;
  readonly timeoutMs: number;
}

interface Head {
  readonly status: number;
  /** Where the answer ends; undefined: with the connection. */
  readonly end: number | undefined;
  readonly bodyAt: number;
  readonly closes: boolean;
}

/**
 * One connection to one server and one request at a time: as much of HTTP/1.1 as this harness
 * needs. `node:http` takes several times as long for a request, and all of it would be taken from
 * the processes under test.
 */
export class HttpLine {
  readonly #socket: Socket;
  readonly #closed: (line: HttpLine) => void;
  #pending: Pending | undefined;
  #received: Buffer | undefined;
  #head: Head | undefined;

  /** @param closed called once, when this line cannot be used any more */
  constructor(host: string, port: number, closed: (line: HttpLine) => void) {
    this.#closed = closed;
    this.#socket = connect({ host, port, noDelay: true });
    this.#socket.on('data', (chunk: Buffer) => {
      this.#take(chunk);
    });
    this.#socket.on('timeout', () => {
      if (this.#pending !== undefined) this.#fail('timeout');
    });
    this.#socket.on('error', (error: NodeJS.ErrnoException) => {
      this.#fail(error.code ?? error.name);
    });
    this.#socket.on('close', () => {
      this.#end();
    });
  }

  /** Sends one request as it goes over the wire. Never rejects. */
  ask(request: string, timeoutMs: number): Promise<Answered> {
    return new Promise((resolve) => {
      this.#pending = { answer: resolve, timeoutMs };
      this.#socket.setTimeout(timeoutMs);
      this.#socket.write(request);
    });
  }

  destroy(): void {
    this.#fail('destroyed');
  }

  #take(chunk: Buffer): void {
    if (this.#pending === undefined) {
      // Without a request: the next answer could not be distinguished from this.
      this.#fail('unasked');
      return;
    }
    this.#received = this.#received === undefined ? chunk : Buffer.concat([this.#received, chunk]);
    this.#head ??= readHead(this.#received);
    const { end } = this.#head ?? {};
    if (end !== undefined && this.#received.length >= end) this.#answer(end);
  }

  #answer(end: number): void {
    const [pending, head, received] = [this.#pending, this.#head, this.#received];
    if (pending === undefined || head === undefined || received === undefined) return;
    this.#pending = this.#head = this.#received = undefined;
    if (head.closes) this.#fail('closed');
    const { status } = head;
    const body = parse(received.toString('utf8', head.bodyAt, end));
    pending.answer({ status, body, cause: String(status) });
  }

  #end(): void {
    // An answer without a length ends here; any other one is cut off.
    if (this.#head !== undefined && this.#head.end === undefined) {
      this.#answer(this.#received?.length ?? 0);
    }
    this.#fail('ECONNRESET');
  }

  #fail(cause: string): void {
    const pending = this.#pending;
    this.#pending = undefined;
    this.#socket.destroy();
    this.#closed(this);
    pending?.answer({ status: 0, body: undefined, cause });
  }
}

/** `undefined` while it is not complete. */
function readHead(received: Buffer): Head | undefined {
  const headEnd = received.indexOf(HEAD_END);
  if (headEnd < 0) return undefined;
  const head = received.toString('latin1', 0, headEnd);
  const bodyAt = headEnd + HEAD_END.length;
  const status = Number(head.slice('HTTP/1.1 '.length, 'HTTP/1.1 200'.length));
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  const closes = /\r\nconnection: *close/i.test(head);
  if (WITHOUT_BODY.includes(status)) return { status, bodyAt, end: bodyAt, closes };
  const end = length === undefined ? undefined : bodyAt + Number(length);
  return { status, bodyAt, end, closes };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
