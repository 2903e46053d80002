import type { ChildProcess } from 'node:child_process';
import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createClient } from 'redis';
import { recipeOf } from './adapters.js';
import type { Verdict } from './check-history.js';
import { auditIndex } from './index-audit.js';
import { PERIODS } from './keyspace.js';
import { createStatesTable } from './states-table.js';
import type { FromWorker, ToWorker, WorkerSetup } from './worker-messages.js';

/** How one adapter is run. */
export interface RunOptions {
  /** Of a Cluster all nodes, separated by commas. */
  readonly redisUrl: string;
  readonly databaseUrl: string;
  readonly seconds: number;
  readonly processes: number;
  readonly seed: number;
  /** Usuarios with five keys each: the fewer, the more often a load is hit by an invalidation. */
  readonly users: number;
  /** Loops in each process. */
  readonly readers: number;
  readonly writers: number;
  /** Mean milliseconds that a writer rests between two writes: more for more reads between them. */
  readonly restMs: number;
  /** Mean milliseconds that a reader waits between two reads; 0 keeps the processors busy. */
  readonly thinkMs: number;
}

export interface RunResult extends Verdict {
  readonly adapter: string;
  readonly settings: string;
  /** Keys that showed an old state a second after the last operation, summed over processes. */
  readonly stuck: number;
  /** Values that the key index does not know; undefined for caches without one. */
  readonly unindexed: number | undefined;
}

/** Runs the source as it is; the workers are TypeScript. */
const NODE_OPTIONS = [
  '--import',
  new URL('../../tools/typescript.mjs', import.meta.url).href,
] as const;
const QUIET_MS = 1_000;

/** Runs the workload over one adapter in real processes, and has their histories judged. */
export async function runAdapter(adapter: string, options: RunOptions): Promise<RunResult> {
  const { settings } = await recipeOf(adapter);
  await createStatesTable(options.databaseUrl, options.users * PERIODS.length);
  for (const url of options.redisUrl.split(',')) await flush(url);
  const folder = await mkdtemp(join(tmpdir(), 'gad-coherence-'));
  const workers: Worker[] = [];
  try {
    for (let index = 0; index < options.processes; index++) {
      const historyPath = join(folder, `${index}.history`);
      workers.push(new Worker({ ...options, adapter, historyPath, index }));
    }
    await all(workers, 'ready');
    const origin = String(process.hrtime.bigint());
    for (const worker of workers) worker.send({ type: 'go', origin, seconds: options.seconds });
    await all(workers, 'quiet');
    await sleep(QUIET_MS);
    const unindexed = await auditIndex(adapter, options.redisUrl);
    for (const worker of workers) worker.send({ type: 'audit' });
    const audits = await all(workers, 'audited');
    const stuck = audits.reduce((sum, audit) => sum + audit.stuck, 0);
    await Promise.all(workers.map((worker) => worker.ended));
    const verdict = await judge(workers.map(({ setup }) => setup.historyPath));
    return { adapter, settings, ...verdict, stuck, unindexed };
  } finally {
    for (const worker of workers) worker.kill();
    await rm(folder, { recursive: true, force: true });
  }
}

class Worker {
  readonly ended: Promise<void>;
  readonly #child: ChildProcess;
  readonly #received: FromWorker[] = [];
  #listen: () => void = () => undefined;
  #failure: Error | undefined;

  constructor(readonly setup: WorkerSetup) {
    const script = fileURLToPath(new URL('worker.main.ts', import.meta.url));
    this.#child = fork(script, [JSON.stringify(setup)], { execArgv: [...NODE_OPTIONS] });
    this.#child.on('message', (message) => {
      // Sent by the worker, in the same version of this code.
      this.#received.push(message as FromWorker);
      this.#listen();
    });
    this.ended = once(this.#child, 'exit').then(([code]) => {
      this.#failure = new Error(`a process of ${setup.adapter} ended with ${String(code)}`);
      this.#listen();
    });
  }

  send(message: ToWorker): void {
    this.#child.send(message);
  }

  kill(): void {
    if (this.#child.exitCode === null) this.#child.kill('SIGKILL');
  }

  async next<T extends FromWorker['type']>(type: T): Promise<Extract<FromWorker, { type: T }>> {
    for (;;) {
      const message = this.#received.shift();
      // The type was compared, which narrows a union but not a generic.
      if (message?.type === type) return message as Extract<FromWorker, { type: T }>;
      if (message !== undefined) throw new Error(`expected ${type}, received ${message.type}`);
      if (this.#failure !== undefined) throw this.#failure;
      await new Promise<void>((resolve) => (this.#listen = resolve));
    }
  }
}

function all<T extends FromWorker['type']>(
  workers: readonly Worker[],
  type: T,
): Promise<Extract<FromWorker, { type: T }>[]> {
  return Promise.all(workers.map((worker) => worker.next(type)));
}

async function judge(paths: readonly string[]): Promise<Verdict> {
  const script = fileURLToPath(new URL('checker.main.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...NODE_OPTIONS,
    '--max-old-space-size=2048',
    script,
    ...paths,
  ]);
  // Printed by the checker.
  return JSON.parse(stdout) as Verdict;
}

async function flush(redisUrl: string): Promise<void> {
  const client = createClient({ url: redisUrl });
  client.on('error', () => undefined);
  await client.connect();
  // A replica is flushed with its master.
  await client.flushDb().catch((error: unknown) => {
    if (!String(error).includes('READONLY')) throw error;
  });
  await client.close();
}
