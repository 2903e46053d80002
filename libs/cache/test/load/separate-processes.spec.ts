import { afterEach, describe, expect, it } from '@jest/globals';
import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../../../test/servers/ports.js';
import { ownRedis } from '../../../../test/servers/suite-servers.js';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const file = fileURLToPath(new URL('./reader.main.ts', import.meta.url));
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

interface Reader {
  readonly said: string[];
  /** Resolves when it has said so many things. */
  saysThings(count: number): Promise<void>;
  send(message: string): void;
  /** Closes its cache and lets it end; resolves with its exit code. */
  end(): Promise<number | null>;
}

async function startReader(...args: string[]): Promise<Reader> {
  const execArgv = ['--import', './tools/typescript.mjs'];
  const child = fork(file, args, { cwd: root, execArgv, stdio: 'inherit' });
  children.push(child);
  const said: string[] = [];
  // Its messages are texts.
  child.on('message', (message) => void said.push(message as string));
  const exited = once(child, 'exit');
  const saysThings = async (count: number): Promise<void> => {
    while (said.length < count) await Promise.race([once(child, 'message'), ended()]);
  };
  const ended = async (): Promise<never> => {
    await exited;
    throw new Error(`the process ended with ${child.exitCode} after ${said.join(', ')}`);
  };
  await saysThings(1);
  return {
    said,
    saysThings,
    send: (message) => void child.send(message),
    end: async () => {
      child.send('close');
      await exited;
      return child.exitCode;
    },
  };
}

describe('Separate processes', () => {
  it('four processes that miss one cold key make one load', async () => {
    const url = await ownRedis();
    const readers = await Promise.all([1, 2, 3, 4].map(() => startReader(url, 'connected')));
    for (const { send } of readers) send('load');
    await Promise.all(readers.map(({ saysThings }) => saysThings(2)));
    expect(readers.map(({ said }) => said[1]).sort()).toEqual([
      'loading',
      'waiting',
      'waiting',
      'waiting',
    ]);
    for (const { send } of readers) send('finish');
    await Promise.all(readers.map(({ saysThings }) => saysThings(3)));
    expect(readers.map(({ said }) => said[2])).toEqual(Array.from({ length: 4 }, () => 'loaded'));
    expect(await Promise.all(readers.map(({ end }) => end()))).toEqual([0, 0, 0, 0]);
  });

  it('a process without an error listener survives a start without Redis', async () => {
    const reader = await startReader(`redis://127.0.0.1:${await freePort()}/0`);
    reader.send('load');
    await reader.saysThings(2);
    reader.send('finish');
    await reader.saysThings(3);
    expect(reader.said).toEqual(['ready', 'loading', 'loaded']);
    expect(await reader.end()).toBe(0);
  });
});
