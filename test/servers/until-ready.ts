import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerRunner } from './server-runner.js';

const TIMEOUT_MS = 60_000;

/**
 * Resolves when the probe answers true.
 *
 * @throws Error with the server's own last words when it ends instead, or after a minute.
 */
export async function untilReady(
  name: string,
  runner: ServerRunner,
  probe: () => Promise<boolean>,
): Promise<void> {
  const end = performance.now() + TIMEOUT_MS;
  while (!(await probe())) {
    const lastOutput = await runner.lastOutput();
    if (lastOutput !== undefined) throw new ServerEndedError(name, lastOutput);
    if (performance.now() > end) {
      throw new Error(`${name} has not answered for ${TIMEOUT_MS / 1000} s`);
    }
    await sleep(15);
  }
}

/** The server has ended while a caller waited for its answer. */
export class ServerEndedError extends Error {
  constructor(
    name: string,
    readonly output: string,
  ) {
    super(`${name} ended at start:\n${output}`);
    this.name = 'ServerEndedError';
  }

  /** Whether another process took the port between its choice and its use. */
  get portTaken(): boolean {
    return /address already in use|already allocated/i.test(this.output);
  }

  /** Whether processes of the server that had the data before are still there. */
  get predecessorRuns(): boolean {
    return this.output.includes('pre-existing shared memory block');
  }
}
