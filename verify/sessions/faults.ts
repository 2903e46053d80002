import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from 'redis';
import type { Stage } from './stage.js';

const CALM_MS = 1_500;
const FAULT_MS = 1_800;

/** The faults of store and processes, in turn. */
const FAULTS: readonly (readonly [string, (stage: Stage, turn: number) => Promise<void>])[] = [
  [
    'Redis frozen',
    async ({ redis }) => {
      await redis.kill('SIGSTOP');
      await sleep(FAULT_MS);
      await redis.kill('SIGCONT');
    },
  ],
  [
    'a process stopped for longer than its proof lasts',
    async ({ processes }, turn) => {
      const process = processes[turn % processes.length];
      process?.signal('SIGSTOP');
      await sleep(FAULT_MS);
      process?.signal('SIGCONT');
    },
  ],
  [
    'Redis killed and empty',
    async ({ redis }) => {
      await redis.kill('SIGKILL');
      await redis.restart();
    },
  ],
  [
    'connections to Redis cut',
    async ({ redis }) => {
      const client = createClient({ url: redis.url });
      client.on('error', () => undefined);
      await client.connect();
      await client.sendCommand(['CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes']);
      await client.close();
    },
  ],
];

/** Causes faults until `signal` aborts; resolves with how often each one was caused. */
export async function strike(stage: Stage, signal: AbortSignal): Promise<Map<string, number>> {
  const struck = new Map<string, number>();
  for (let turn = 0; !signal.aborted; turn += 1) {
    const [name, fault] = FAULTS[turn % FAULTS.length] ?? [];
    if (name === undefined || fault === undefined) break;
    await fault(stage, Math.floor(turn / FAULTS.length));
    struck.set(name, (struck.get(name) ?? 0) + 1);
    await sleep(CALM_MS);
  }
  return struck;
}
