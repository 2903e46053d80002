import type { INestApplication, Provider, Type } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { afterEach } from '@jest/globals';
import type { NestCacheOptions } from '@gad/cache';
import { CacheModule, CacheService } from '@gad/cache';

/** The servers that the Nest face works on. */
export const PLATFORMS = ['fastify', 'express'] as const;
export type Platform = (typeof PLATFORMS)[number];

export interface AppParts {
  readonly platform?: Platform;
  readonly controllers?: Type[];
  readonly providers?: Provider[];
  readonly options?: NestCacheOptions;
  /** In place of the cache that `options` describe. */
  readonly modules?: Parameters<typeof Test.createTestingModule>[0]['imports'];
  /** Further modules, such as caches with a name. */
  readonly imports?: Parameters<typeof Test.createTestingModule>[0]['imports'];
  /** Runs before the application starts: global interceptors and the like. */
  readonly configure?: (app: INestApplication) => void;
}

/** An answer with its body read. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

export interface RunningApp {
  readonly app: INestApplication;
  readonly cache: CacheService;
  /** Sends a request; `user` becomes the header that the guards of the tests believe. */
  get(path: string, user?: string, method?: string): Promise<Answer>;
  close(): Promise<void>;
}

/** Starts an application on a free port of the loopback interface. */
export async function startApp(parts: AppParts): Promise<RunningApp> {
  const building = Test.createTestingModule({
    imports: [
      ...(parts.modules ?? [
        CacheModule.forRoot({ logLevel: 'off', deadlineMs: 20_000, ...parts.options }),
      ]),
      ...(parts.imports ?? []),
    ],
    controllers: parts.controllers ?? [],
    providers: parts.providers ?? [],
  });
  const module = await building.compile();
  const adapter = parts.platform === 'express' ? new ExpressAdapter() : new FastifyAdapter();
  const app = module.createNestApplication<INestApplication>(adapter, { logger: false });
  parts.configure?.(app);
  try {
    await app.listen(0, '127.0.0.1');
  } catch (error) {
    await app.close();
    throw error;
  }
  const url = await app.getUrl();
  const cache = app.get(CacheService);
  // A store that is not there yet is a miss, which these tests are not about.
  while (!cache.connected) await new Promise(setImmediate);
  return {
    app,
    cache,
    get: async (path, user, method = 'GET') => {
      const headers = user === undefined ? {} : { 'x-user': user };
      const response = await fetch(url + path, { method, headers });
      return { status: response.status, headers: response.headers, text: await response.text() };
    },
    close: () => app.close(),
  };
}

/** Response of either server, as far as handlers of the tests use it. */
export interface TestResponse {
  status(code: number): unknown;
  header(name: string, value: string): unknown;
}

/** Request of either server, as far as the tests look at it. */
export interface TestRequest {
  readonly headers: Readonly<Record<string, string | undefined>>;
}

/** Starts applications for a test of the file; those that still run are closed behind it. */
export function appPerTest(): (parts: AppParts) => Promise<RunningApp> {
  const running = new Set<RunningApp>();
  afterEach(async () => {
    await Promise.all([...running].map((app) => app.close()));
  });
  return async (parts) => {
    const started = await startApp(parts);
    const close = (): Promise<void> => {
      running.delete(app);
      return started.close();
    };
    const app = { ...started, close };
    running.add(app);
    return app;
  };
}
