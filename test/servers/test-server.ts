import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './ports.js';
import type { ServerRunner, ServerSignal } from './server-runner.js';
import { ServerEndedError, untilReady } from './until-ready.js';

/** A server that belongs to a test, for its whole life on one port. */
export interface TestServer {
  readonly url: string;
  readonly port: number;
  /** The main process while it runs; undefined when it runs in a container. */
  readonly pid: number | undefined;

  /** Ends it for good and removes its data. */
  stop(): Promise<void>;

  /**
   * SIGKILL: ends it at once, as a crash does; the data stays, `restart` brings it back. SIGSTOP
   * freezes it with its connections open, SIGCONT wakes it up. Without effect on one that is not
   * running.
   */
  kill(signal: ServerSignal): Promise<void>;

  /** Ends it in the orderly way if it runs; the data stays, `restart` brings it back. */
  end(): Promise<void>;

  /** Ends it in the orderly way if it runs, and starts it on the same port with the same data. */
  restart(): Promise<void>;
}

/** How to make and to recognise a running server of one kind. */
export interface ServerRecipe {
  name: string;
  createRunner(port: number): Promise<ServerRunner>;
  answers(port: number): Promise<boolean>;
  url(port: number): string;
}

/**
 * Starts a server; resolves when it answers.
 *
 * @param port a fixed one; by default a free one is found, again if another process is quicker.
 */
export async function startServer(recipe: ServerRecipe, port?: number): Promise<TestServer> {
  for (let attempt = 1; ; attempt += 1) {
    const chosen = port ?? (await freePort());
    const runner = await recipe.createRunner(chosen);
    const run = async (): Promise<void> => {
      await runner.start();
      await untilReady(recipe.name, runner, () => recipe.answers(chosen));
    };
    try {
      await run();
    } catch (error) {
      await runner.remove();
      const again = error instanceof ServerEndedError && error.portTaken && port === undefined;
      if (again && attempt < 5) continue;
      throw error;
    }
    return {
      url: recipe.url(chosen),
      port: chosen,
      get pid() {
        return runner.pid;
      },
      stop: () => runner.remove(),
      kill: (signal) => runner.signal(signal),
      end: () => runner.end(),
      restart: async () => {
        await runner.end();
        // Children of a killed PostgreSQL end a moment later, and it refuses to start beside them.
        for (let attempt = 1; ; attempt += 1) {
          try {
            return await run();
          } catch (error) {
            if (!(error instanceof ServerEndedError && error.predecessorRuns && attempt < 50)) {
              throw error;
            }
            await sleep(100);
          }
        }
      },
    };
  }
}
