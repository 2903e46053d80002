import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createCache } from '@gad/cache';
import { silentLog } from '@gad/cache/store';
import { ownRedis } from '../../../../test/servers/suite-servers.js';

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));
const FILE = fileURLToPath(new URL('./warmer.main.ts', import.meta.url));
const COUNT = 150;

/** A process, and what it has loaded. */
interface Warming {
  readonly child: ChildProcess;
  readonly loads: number[];
}

describe('Processes that start together', () => {
  let url: string;
  let all: Warming[];
  beforeEach(async () => {
    url = await ownRedis();
    all = await Promise.all([1, 2, 3, 4].map(start));
    for (const { child } of all) child.send('start');
  });
  afterEach(() => {
    for (const { child } of all) child.kill('SIGKILL');
  });

  async function start(): Promise<Warming> {
    const execArgv = ['--import', './tools/typescript.mjs'];
    const child = fork(FILE, [url, String(COUNT)], { cwd: ROOT, execArgv, stdio: 'inherit' });
    const loads: number[] = [];
    await once(child, 'message');
    // It sends texts.
    child.on('message', (message) => loads.push(Number((message as string).slice('load '.length))));
    return { child, loads };
  }

  const loading = (): Warming[] => all.filter(({ loads }) => loads.length > 0);
  const loaded = (): number[] => all.flatMap(({ loads }) => loads);

  /** A key under way at the end of a process is loaded twice. */
  async function untilLoaded(count: number): Promise<void> {
    while (new Set(loaded()).size < count) await new Promise((resolve) => setTimeout(resolve, 5));
  }

  it.each(['SIGKILL', 'SIGTERM'] as const)(
    'of four processes one warms, and when it ends half way by %s another goes on where it was',
    async (signal) => {
      await untilLoaded(COUNT / 2);
      const [first, ...others] = loading();
      expect(others).toEqual([]);
      if (first === undefined) throw new Error('no process loads');
      first.child.kill(signal);
      await once(first.child, 'exit');
      await untilLoaded(COUNT);
      expect(loading()).toHaveLength(2);
      // At most what was under way, and what was not yet saved, is looked at again.
      expect(loaded().length).toBeLessThanOrEqual(COUNT + 4);
      const cache = createCache({ redis: { url }, prefix: 'gad:' }, silentLog);
      await cache.open();
      const keys = Array.from({ length: COUNT }, (_, n) => `k:${n}`);
      const values = await cache.getMany<number>(keys);
      expect(values.filter((value) => value !== undefined)).toHaveLength(COUNT);
      await cache.close();
    },
  );
});
