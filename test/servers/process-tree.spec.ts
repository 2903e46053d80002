import { describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { childrenOf, sendSignal } from './process-tree.js';

describe('a process and its children', () => {
  it('the children of a process are listed without the grandchildren', async () => {
    // The shell's first line says that its own child runs.
    const parent = spawn('sh', ['-c', 'sleep 60 & echo ready; wait'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await once(parent.stdout, 'data');
    if (parent.pid === undefined) throw new Error('not started');
    const children = childrenOf(parent.pid);
    expect(children).toHaveLength(1);
    expect(childrenOf(process.pid)).toContain(parent.pid);
    expect(childrenOf(process.pid)).not.toContain(children[0]);

    for (const pid of [...children, parent.pid]) sendSignal(pid, 'SIGKILL');
    await once(parent, 'exit');
    expect(parent.signalCode ?? parent.exitCode).not.toBeNull();
  });

  it('a process can end before the signal arrives', async () => {
    const brief = spawn('true');
    await once(brief, 'exit');
    const { pid } = brief;
    if (pid === undefined) throw new Error('not started');
    expect(() => process.kill(pid, 'SIGCONT')).toThrow('ESRCH');
    expect(() => {
      sendSignal(pid, 'SIGCONT');
    }).not.toThrow();
    expect(childrenOf(pid)).toEqual([]);
  });
});
