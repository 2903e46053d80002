import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import type { ReadStream } from 'node:tty';
import { AdminError } from './admin-error.js';

/** More than any password that is accepted, however it is encoded. */
const MAX_BYTES = 4_096;

/**
 * The new password: typed twice without echo on a terminal, otherwise the one line on stdin.
 * @throws AdminError when there is none, or it is no line of UTF-8
 */
export async function readPassword(
  input: ReadStream | NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
): Promise<string> {
  if (!('isTTY' in input && input.isTTY)) return readLine(input);
  const password = await ask(input, output, 'New password: ');
  if ((await ask(input, output, 'Again: ')) !== password) {
    throw new AdminError('The two passwords are not the same.');
  }
  return password;
}

async function readLine(input: NodeJS.ReadableStream): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of input) {
    const piece = Buffer.from(chunk);
    chunks.push(piece);
    bytes += piece.length;
    if (bytes > MAX_BYTES) throw new AdminError('The password on stdin is too long.');
  }
  return onlyLine(Buffer.concat(chunks), 'stdin');
}

/** The one line of a file or of stdin. @throws AdminError */
export function onlyLine(bytes: Buffer, where: string): string {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes).replace(/\r?\n$/, '');
  } catch {
    throw new AdminError(`The password on ${where} is not UTF-8.`);
  }
  if (text === '') throw new AdminError(`There is no password on ${where}.`);
  if (/[\r\n]/.test(text)) throw new AdminError(`The password on ${where} must be one line.`);
  return text;
}

async function ask(
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
  prompt: string,
): Promise<string> {
  // As a terminal of its own readline switches the echo off; what it would draw goes nowhere.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => void done() });
  const lines = createInterface({ input, output: nowhere, terminal: true });
  output.write(prompt);
  try {
    return await new Promise<string>((resolve, reject) => {
      const given = (): void => {
        reject(new AdminError('No password was given.'));
      };
      lines.once('SIGINT', given).once('close', given);
      lines.question('').then(resolve, reject);
    });
  } finally {
    lines.close();
    output.write('\n');
  }
}
