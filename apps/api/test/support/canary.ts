import { Writable } from 'node:stream';

/** Members whose values are for the caller alone, wherever they stand in a body. */
const SECRET = /password|email|dni|token|hash/i;

/** In no line, whatever value it is: e-mail addresses, password hashes, access tokens. */
const PATTERNS = [/[\w.+-]+@[\w-]+\.[a-z]{2,}/i, /\$(scrypt|argon2)/, /\beyJ[\w-]{8,}\.[\w-]/];

/** The line that announces the demo data has its published password, on purpose. */
const ANNOUNCEMENT = '"context":"DemoData"';

/** Reads every line that the API logs, at every level, and remembers every secret that it was sent or sent. */
export class Canary {
  readonly #secrets = new Set<string>();
  readonly lines: string[] = [];

  /** What the API is to log to. */
  readonly stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      this.lines.push(chunk.toString());
      done();
    },
  });

  /** Remembers the secrets in a body of either direction. */
  note(body: unknown, depth = 0): void {
    // The API takes no body that is nested further.
    if (typeof body !== 'object' || body === null || depth > 32) return;
    for (const [name, value] of Object.entries(body)) {
      if (typeof value !== 'string') this.note(value, depth + 1);
      else if (SECRET.test(name) && name !== 'token_type' && value.length >= 6)
        this.#secrets.add(value);
    }
  }

  /** @throws Error with the first line that contains one */
  check(): void {
    if (this.lines.length === 0)
      throw new Error('The canary has seen no line: it is not connected.');
    assertNoSecrets(this.lines, this.#secrets);
  }
}

/** @throws Error with the first line that holds one of the secrets, or what looks like one */
export function assertNoSecrets(lines: readonly string[], secrets: Iterable<string> = []): void {
  const known = [...secrets];
  for (const line of lines) {
    if (line.includes(ANNOUNCEMENT)) continue;
    const found =
      PATTERNS.find((pattern) => pattern.test(line)) ??
      known.find((secret) => line.includes(secret));
    if (found !== undefined) throw new Error(`The log contains ${String(found)}: ${line}`);
  }
}
