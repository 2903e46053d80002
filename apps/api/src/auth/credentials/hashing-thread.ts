import { createRequire } from 'node:module';
import type * as Os from 'node:os';
import { Worker, type MessagePort } from 'node:worker_threads';
import type * as Argon2 from '@node-rs/argon2';

/** Nice value of the thread: of a contended core it gets about a tenth of what the event loop gets. */
const NICE = 10;

/** Bound on the thread's JavaScript heap; argon2 allocates its 19 MiB outside of it. */
const HEAP_MB = 16;

/** One password: to be hashed at a cost, or to be compared with a hash. */
export type HashingTask =
  | { readonly password: string; readonly cost: Argon2.Options }
  | { readonly password: string; readonly hash: string };

type Reply = { readonly result: string | boolean } | { readonly error: Error };

/**
 * A worker thread that hashes one password at a time. On Linux each thread has its own priority: this
 * one runs below the event loop, so that hashing yields to answering requests. In Node's thread pool
 * both would have the same.
 *
 * The thread starts with the first task and keeps the process running only during a task. The next task
 * after it ended starts another.
 */
export class HashingThread {
  #worker: Worker | undefined;

  /**
   * Resolves with the hash, or with whether the password has it. One call at a time.
   * @throws Error when the hash is malformed, or the thread ends during the task
   */
  run(task: HashingTask): Promise<string | boolean> {
    const worker = (this.#worker ??= this.#start());
    return new Promise((resolve, reject) => {
      const settle = (settled: () => void): void => {
        worker.off('message', onReply).off('exit', onExit).unref();
        settled();
      };
      const onReply = (reply: Reply): void => {
        settle(() => {
          if ('error' in reply) reject(reply.error);
          else resolve(reply.result);
        });
      };
      const onExit = (): void => {
        settle(() => {
          reject(new Error('The hashing thread has ended'));
        });
      };
      worker.on('message', onReply).on('exit', onExit).ref();
      worker.postMessage(task);
    });
  }

  /** Ends the thread; a task that runs is rejected. */
  async close(): Promise<void> {
    await this.#worker?.terminate();
  }

  #start(): Worker {
    const argon2 = createRequire(import.meta.url).resolve('@node-rs/argon2');
    const script = `(${serve.toString()})(require('node:worker_threads').parentPort, require('node:os'), require(${JSON.stringify(argon2)}), ${String(NICE)})`;
    const worker = new Worker(script, {
      eval: true,
      execArgv: [],
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
    });
    worker.unref();
    worker.on('exit', () => {
      if (this.#worker === worker) this.#worker = undefined;
    });
    return worker;
  }
}

/** Runs as text in the thread, so it uses nothing but its arguments. */
function serve(port: MessagePort, os: typeof Os, argon2: typeof Argon2, nice: number): void {
  // On Linux 0 names the calling thread, elsewhere the process.
  if (process.platform === 'linux') os.setPriority(0, Math.max(os.getPriority(0), nice));
  port.on('message', (task: HashingTask) => {
    try {
      const result =
        'hash' in task
          ? argon2.verifySync(task.hash, task.password)
          : argon2.hashSync(task.password, task.cost);
      port.postMessage({ result });
    } catch (error) {
      port.postMessage({ error });
    }
  });
}
