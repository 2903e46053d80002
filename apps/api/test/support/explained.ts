import { setTimeout as pause } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { CacheService } from '@gad/cache';
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
