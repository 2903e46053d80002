import { readdirSync, readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { HashingThread } from './hashing-thread.js';
import { COST, hashPassword, UNKNOWABLE_HASH } from './password-hash.js';

/** The nice values of the threads of this process. */
const niceValues = (): number[] =>
  readdirSync('/proc/self/task').map((thread) => {
    const stat = readFileSync(`/proc/self/task/${thread}/stat`, 'utf8');
    // After the name in brackets, which may hold blanks: the 17th field.
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16]);
  });

describe('a hashing thread', () => {
  let thread: HashingThread;
  beforeEach(() => {
    thread = new HashingThread();
  });
  afterEach(() => thread.close());

  it('a hashing thread makes hashes that belong to the password, and finds whether a hash does', async () => {
    const hash = String(await thread.run({ password: 'correct horse', cost: COST }));
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await thread.run({ password: 'correct horse', hash })).toBe(true);
    expect(await thread.run({ password: 'another', hash })).toBe(false);
    const elsewhere = await hashPassword('correct horse');
    expect(await thread.run({ password: 'correct horse', hash: elsewhere })).toBe(true);
  });

  it('a hashing thread rejects a malformed hash and takes the next task', async () => {
    await expect(thread.run({ password: 'x', hash: 'none' })).rejects.toThrow();
    expect(await thread.run({ password: 'x', hash: UNKNOWABLE_HASH })).toBe(false);
  });

  it('a hashing thread rejects the task during which it ends, and starts anew for the next one', async () => {
    const task = thread.run({ password: 'x', cost: COST });
    await Promise.all([expect(task).rejects.toThrow('has ended'), thread.close()]);
    expect(await thread.run({ password: 'x', hash: UNKNOWABLE_HASH })).toBe(false);
  });

  const onLinux = process.platform === 'linux' ? it : it.skip;
  onLinux('runs below the priority of the event loop, which keeps its own', async () => {
    const [own, low] = [getPriority(), Math.max(getPriority(), 10)];
    const before = niceValues().filter((nice) => nice === low).length;
    await thread.run({ password: 'x', cost: COST });
    expect(niceValues().filter((nice) => nice === low)).toHaveLength(before + 1);
    expect(getPriority()).toBe(own);
  });
});
