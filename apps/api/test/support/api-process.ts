import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { assertNoSecrets } from './canary.js';
import { newDataFolder } from './data-folder.js';
import { fromSource, programOf, ROOT } from './programs.js';
import { freePort } from '../../../../test/servers/ports.js';

/** The API as a process of its own. */
export interface ApiProcess {
  readonly url: string;
  readonly pid: number;
  /** What it has written so far. */
  readonly output: string;
  signal(signal: NodeJS.Signals): void;
  /** Sends a message to what listens in it. */
  send(message: string): void;
  /** Resolves with the next message from it. */
  message(signal: AbortSignal): Promise<unknown>;
  /** Resolves with how it ended and how long that took from the call, in milliseconds. */
  ended(): Promise<{ code: number | null; signal: NodeJS.Signals | null; ms: number }>;
  /** Ends it if it still runs, removes its data, and looks through what it has written. */
  dispose(): Promise<void>;
}

export interface ProcessOptions {
  /** What runs, a source from the root of the repository. Default: the API. */
  readonly program?: string;
  /**
   * A source that is imported before the program, which may be a bundle and share no module with it;
   * it may listen to `process.on('message')`.
   */
  readonly preload?: string;
  /** Runs the API that takes the orders of the fault harness as messages. */
  readonly takesOrders?: boolean;
  /** Options of Node itself. */
  readonly flags?: readonly string[];
}

/** Resolves when it listens. @throws Error with its output when it ends instead */
export async function startApiProcess(
  variables: Readonly<Record<string, string>>,
  options: ProcessOptions = {},
): Promise<ApiProcess> {
  const dataDir = await newDataFolder(variables);
  const port = await freePort();
  const { flags = [], preload, takesOrders = false } = options;
  const listens = preload !== undefined || takesOrders;
  const child = spawn(process.execPath, [...flags, ...wordsOf(options)], {
    cwd: ROOT,
    env: {
      PATH: process.env['PATH'],
      NODE_ENV: 'test',
      LOG_LEVEL: 'warn',
      HOST: '127.0.0.1',
      PORT: String(port),
      DATA_DIR: dataDir,
      DEMO_DATA: 'true',
      LOGIN_RATE_LIMIT: '0',
      PUBLIC_RATE_LIMIT: '0',
      ...variables,
    },
    stdio: ['ignore', 'pipe', 'pipe', ...(listens ? (['ipc'] as const) : [])],
  });
  if (child.stdout === null || child.stderr === null) throw new Error('the API has no output');
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => (output += `${line}\n`));
  }
  const exited = once(child, 'exit');
  const url = `http://127.0.0.1:${String(port)}`;
  const dispose = async (): Promise<void> => {
    if (running(child)) {
      child.kill('SIGCONT');
      child.kill('SIGKILL');
      await exited;
    }
    await rm(dataDir, { recursive: true, force: true });
    assertNoSecrets(output.split('\n'));
  };
  while (!(await answers(`${url}/health/live`))) {
    if (!running(child)) {
      await dispose();
      throw new Error(`the API ended at its start:\n${output}`);
    }
  }
  return {
    url,
    pid: child.pid ?? 0,
    get output() {
      return output;
    },
    signal: (signal) => child.kill(signal),
    // To one that has just died it is not sent, and that is no error.
    send: (message) => void child.send(message, () => undefined),
    message: async (signal) => {
      const [message] = (await once(child, 'message', { signal })) as [unknown];
      return message;
    },
    ended: async () => {
      const begin = performance.now();
      await exited;
      const { exitCode: code, signalCode: signal } = child;
      return { code, signal, ms: performance.now() - begin };
    },
    dispose,
  };
}

function wordsOf({ program, preload, takesOrders = false }: ProcessOptions): string[] {
  const command = programOf(takesOrders ? 'faults' : 'main');
  const words = program === undefined ? command : fromSource(program);
  return preload === undefined ? words : [...fromSource('--import'), preload, ...words];
}

const running = (child: ChildProcess): boolean =>
  child.exitCode === null && child.signalCode === null;

async function answers(url: string): Promise<boolean> {
  await new Promise((resolve) => setTimeout(resolve, 50));
  return fetch(url).then(
    async (response) => {
      await response.text();
      return response.ok;
    },
    () => false,
  );
}
