import { AsyncLocalStorage } from 'node:async_hooks';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { AsyncScope } from './async-scope.js';

afterEach(() => {
  jest.restoreAllMocks();
});

const disabled = () => jest.spyOn(AsyncLocalStorage.prototype, 'disable');
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('An async scope', () => {
  it('an async scope gives the store to the work inside and to what it awaits, and to no other', async () => {
    const scope = new AsyncScope<string>();
    const seen = async (): Promise<string | undefined> => {
      await turn();
      return scope.getStore();
    };
    const [a, b, none] = [scope.run('a', seen), scope.run('b', () => seen()), seen()];
    expect(await Promise.all([a, b, none])).toEqual(['a', 'b', undefined]);
    expect(
      await scope.run('outer', async () => [await scope.run('inner', seen), await seen()]),
    ).toEqual(['inner', 'outer']);
  });

  it('an async scope disables its storage when the last work has ended, and can be entered again', async () => {
    const disable = disabled();
    const scope = new AsyncScope<string>();
    let release = (): void => undefined;
    const held = scope.run('held', async () => {
      await new Promise<void>((resolve) => (release = resolve));
      return scope.getStore();
    });
    await scope.run('short', turn);
    await turn();
    expect(disable).not.toHaveBeenCalled();
    release();
    expect(await held).toBe('held');
    await turn();
    expect(disable).toHaveBeenCalledTimes(1);
    expect(await scope.run('again', async () => (await turn(), scope.getStore()))).toBe('again');
  });

  it('work that fails or returns at once leaves the scope too', async () => {
    const disable = disabled();
    const scope = new AsyncScope<string>();
    expect(scope.run('a', () => scope.getStore())).toBe('a');
    expect(() =>
      scope.run('b', () => {
        throw new Error('b');
      }),
    ).toThrow('b');
    await expect(scope.run('c', () => Promise.reject(new Error('c')))).rejects.toThrow('c');
    await turn();
    expect(disable).toHaveBeenCalledTimes(3);
  });

  it('work that calls back keeps its store after it has returned', async () => {
    const scope = new AsyncScope<string>();
    const called = new Promise<string | undefined>((resolve) => {
      scope.run('a', () => void setImmediate(() => resolve(scope.getStore())), true);
    });
    expect(await called).toBe('a');
  });
});
