import { setTimeout as pause } from 'node:timers/promises';
import { AsyncLocalStorage } from 'node:async_hooks';
import { expect } from '@jest/globals';
import { CacheService } from '@gad/cache';
import type { CacheStore } from '@gad/cache/store';
import type { Answer, TestApi } from './api.js';

/** What the API says of a key. */
export async function explain(api: TestApi, key: string): Promise<Answer['body']> {
  const { status, body } = await api.get(`/cache/explain/${key}`, { as: 'admin' });
  expect(status).toBe(200);
  return body;
}

/** Explains a key until it is in the state that must come. */
export async function explainOnce(
  api: TestApi,
  key: string,
  state: string,
): Promise<Answer['body']> {
  for (;;) {
    const body = await explain(api, key);
    if (body.state === state) return body;
    await pause(20);
  }
}

/** Longer than the times of fills are rounded, so that it is certain which came first. */
export const apart = (): Promise<void> => pause(200);

export const cacheOf = (api: TestApi): CacheService => api.app.get(CacheService);

/** Names of the calls that some work makes of a store and its board, those in the background apart. */
export function countCalls(store: CacheStore): {
  during: (work: () => Promise<unknown>) => Promise<string[]>;
  restore: () => void;
} {
  const made = new AsyncLocalStorage<string[]>();
  const undo: (() => void)[] = [];
  for (const target of [store, store.board, store.warming, store.relayStore]) {
    if (target === undefined) continue;
    const methods = target as unknown as Record<string, unknown>;
    const names = [target, Object.getPrototypeOf(target) as object].flatMap(
      Object.getOwnPropertyNames,
    );
    for (const name of new Set(names)) {
      const known = Object.getOwnPropertyDescriptor(methods, name);
      const isGetter = (
        known ?? Object.getOwnPropertyDescriptor(Object.getPrototypeOf(methods), name)
      )?.get;
      const method = isGetter === undefined ? methods[name] : undefined;
      if (typeof method !== 'function' || name === 'constructor') continue;
      methods[name] = (...given: unknown[]): unknown => {
        made.getStore()?.push(name);
        return method.apply(target, given) as unknown;
      };
      undo.push(() => {
        if (known === undefined) delete methods[name];
        else methods[name] = method;
      });
    }
  }
  return {
    during: async (work) => {
      const names: string[] = [];
      await made.run(names, work);
      return names;
    },
    restore: () => {
      for (const each of undo) each();
    },
  };
}
