import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { programOf, ROOT } from './programs.js';

export interface AdminRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `npm run admin -- …` as a process, with a password on stdin. */
export async function runAdmin(
  words: readonly string[],
  variables: Readonly<Record<string, string>>,
  stdin = '',
): Promise<AdminRun> {
  return run(process.execPath, [...programOf('admin'), ...words], variables, async (input) => {
    input.end(stdin);
    return Promise.resolve();
  });
}

/** The same on a terminal, on which `typed` is entered line by line, each at its prompt. */
export async function runAdminOnTerminal(
  words: readonly string[],
  variables: Readonly<Record<string, string>>,
  typed: readonly string[],
): Promise<AdminRun> {
  const command = [process.execPath, ...programOf('admin'), ...words].join(' ');
  return run('script', ['-qec', command, '/dev/null'], variables, async (input, output) => {
    let seen = '';
    let prompts = 0;
    for await (const chunk of output) {
      seen += String(chunk);
      const asked = seen.match(/New password: |Again: /g)?.length ?? 0;
      for (; prompts < asked; prompts += 1) input.write(`${typed[prompts] ?? ''}\r`);
    }
    return seen;
  });
}

async function run(
  program: string,
  words: readonly string[],
  variables: Readonly<Record<string, string>>,
  talk: (input: NodeJS.WritableStream, output: NodeJS.ReadableStream) => Promise<string | void>,
): Promise<AdminRun> {
  const child = spawn(program, words, {
    cwd: ROOT,
    env: { PATH: process.env['PATH'], ...variables },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  child.stdin.on('error', () => undefined); // it may end before it has read everything
  const stderr = text(child.stderr);
  const answered = await talk(child.stdin, child.stdout);
  const stdout = answered ?? (await text(child.stdout));
  await exited;
  return { code: child.exitCode, stdout, stderr: await stderr };
}
