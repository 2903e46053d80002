import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { programOf, ROOT } from './programs.js';

/** What `npm run doctor` printed, and how it ended. */
export interface DoctorRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `npm run doctor -- …` as a process. */
export async function runDoctor(
  words: readonly string[],
  variables: Readonly<Record<string, string>>,
): Promise<DoctorRun> {
  const child = spawn(process.execPath, [...programOf('doctor'), ...words], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'], ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit');
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  await ended;
  return { code: child.exitCode, stdout, stderr };
}
