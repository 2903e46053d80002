import { describe, expect, it } from '@jest/globals';
import { BoundedQueue } from './bounded-queue.js';

/** A task that ends when `end` is called. */
function gated() {
  let end: () => void = () => undefined;
  let began = false;
  const ended = new Promise<void>((resolve) => (end = resolve));
  const task = async (): Promise<void> => {
    began = true;
    await ended;
  };
  return {
    task,
    end: () => {
      end();
    },
    began: () => began,
  };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('a bounded queue', () => {
  it('a bounded queue runs so many at a time, the others in order, and refuses what is beyond', async () => {
    const queue = new BoundedQueue(2, 2);
    const tasks = Array.from({ length: 5 }, gated);
    const runs = tasks.map(({ task }) => queue.run(task));
    expect(runs.map((run) => run === undefined)).toEqual([false, false, false, false, true]);
    const began = () => tasks.map((task) => task.began());
    await settle();
    expect(began()).toEqual([true, true, false, false, false]);
    tasks[1]?.end();
    await settle();
    expect(began()).toEqual([true, true, true, false, false]);
    expect(queue.hasRoom).toBe(true);
    const late = gated();
    const lateRun = queue.run(late.task);
    expect(queue.hasRoom).toBe(false);
    for (const { end } of tasks) end();
    late.end();
    await Promise.all([...runs, lateRun]);
    expect(tasks[4]?.began()).toBe(false);
    expect(late.began()).toBe(true);
  });

  it('a bounded queue gives the place back when a task fails', async () => {
    const queue = new BoundedQueue(1, 0);
    await expect(queue.run(() => Promise.reject(new Error('x')))).rejects.toThrow('x');
    expect(await queue.run(() => Promise.resolve(7))).toBe(7);
    const one = gated();
    const running = queue.run(one.task);
    expect(queue.run(one.task)).toBeUndefined();
    one.end();
    await running;
    await settle();
    expect(queue.hasRoom).toBe(true);
  });

  it('a bounded queue lets a place rest after a task, whose result does not wait for that', async () => {
    const rests: { tookMs: number; over: () => void }[] = [];
    const rest = (tookMs: number) =>
      new Promise<void>((resolve) => rests.push({ tookMs, over: resolve }));
    const queue = new BoundedQueue(1, 1, rest);
    expect(await queue.run(() => Promise.resolve(7))).toBe(7);
    expect(rests).toEqual([{ tookMs: expect.any(Number), over: expect.any(Function) }]);
    const next = gated();
    const running = queue.run(next.task);
    expect(queue.hasRoom).toBe(false);
    await settle();
    expect(next.began()).toBe(false);
    rests[0]?.over();
    await settle();
    expect(next.began()).toBe(true);
    next.end();
    await running;
  });
});
