import { describe, expect, it } from '@jest/globals';
import { ProcessRunner } from './process-runner.js';

const sleeper = (): ProcessRunner =>
  new ProcessRunner({
    program: process.execPath,
    args: ['-e', 'setInterval(() => undefined, 60_000)'],
    endSignal: 'SIGTERM',
    removeSignal: 'SIGKILL',
  });

describe('a server as a process', () => {
  it('a server as a process does nothing when it is signalled after its end', async () => {
    const runner = sleeper();
    await runner.start();
    await runner.end();
    await runner.signal('SIGSTOP');
    await runner.signal('SIGKILL');
    await runner.end();
    expect(await runner.lastOutput()).toBe('');
    await runner.remove();
  });

  it('a server as a process rejects when its program does not exist', async () => {
    const runner = new ProcessRunner({
      program: '/nowhere/servidor',
      args: [],
      endSignal: 'SIGTERM',
      removeSignal: 'SIGKILL',
    });
    await expect(runner.start()).rejects.toThrow('ENOENT');
  });
});
