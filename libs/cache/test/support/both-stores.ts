import { afterAll, afterEach, beforeAll, beforeEach, describe } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { createClient } from 'redis';
import type { CacheModuleOptions, CacheStats } from '@gad/cache';
import { RedisStore, silentLog } from '@gad/cache/store';
import type { TestCache } from '@gad/cache/testing';
import { FakeClock, testCache } from '@gad/cache/testing';
import { ownRedis } from '../../../../test/servers/suite-servers.js';

/** A cache over an empty store, and what a case needs around it. */
export interface Stage extends TestCache {
  /** Ends what is to end within the next `seconds`. */
  pass(seconds: number): Promise<void>;
  /** Another instance over the same data, as another process has it. */
  another(): Promise<TestCache>;
}

// No case here depends on a deadline: a busy machine must not look like an outage.
const GENEROUS = {
  deadlineMs: 10_000,
  removalTimeoutMs: 10_000,
  leaseMs: 30_000,
  leaseWaitMs: 60_000,
};

// Warnings are expected here, and asserted where they matter.
Logger.overrideLogger(false);

/** The same facts about a cache over each kind of store. */
export function onBothStores(
  subject: string,
  facts: (stage: () => Stage) => void,
  options: Omit<CacheModuleOptions, 'redis' | 'store'> = {},
): void {
  const wanted = { ...GENEROUS, ...options };

  describe(`${subject}, on the in-process store:`, () => {
    let stage: Stage;
    beforeEach(() => {
      const clock = new FakeClock();
      const first = testCache({ ...wanted, clock });
      stage = Object.assign(first, {
        pass: (seconds: number) => Promise.resolve(clock.advance(seconds * 1_000)),
        another: () => Promise.resolve(testCache({ ...wanted, clock, store: first.faults })),
      });
    });
    facts(() => stage);
  });

  describe(`${subject}, on the Redis store:`, () => {
    let stage: Stage;
    let url: string;
    const opened: TestCache[] = [];
    const control = createLazyClient(() => url);
    const open = async (): Promise<TestCache> => {
      const prefix = options.prefix ?? 'gad:';
      const store = new RedisStore({ settings: { url }, prefix, logger: silentLog, ...GENEROUS });
      const made = testCache({ ...wanted, store });
      await made.cache.onModuleInit();
      opened.push(made);
      return made;
    };

    beforeAll(async () => {
      url = await ownRedis();
    });
    beforeEach(async () => {
      await control.send('FLUSHDB');
      stage = Object.assign(await open(), {
        pass: (seconds: number) => shortenLives(control.send, seconds * 1_000),
        another: open,
      });
    });
    afterEach(async () => {
      await Promise.all(opened.splice(0).map(({ cache }) => cache.onApplicationShutdown()));
    });
    afterAll(() => control.close());
    facts(() => stage);
  });
}

/** What this instance of the cache has counted. */
export const figures = async ({ cache }: Stage): Promise<CacheStats['local']> =>
  (await cache.getStats()).local;

/** Resolves when no background refresh runs any more. */
export async function idle(stage: Stage): Promise<void> {
  while ((await figures(stage)).background > 0) await new Promise(setImmediate);
}

type Send = (...command: string[]) => Promise<unknown>;

/** A server's time cannot be moved; what is left of each key's life can. */
async function shortenLives(send: Send, ms: number): Promise<void> {
  const names = await send('KEYS', '*');
  if (!Array.isArray(names)) throw new Error('KEYS answers with a list');
  for (const name of names.map(String)) {
    const left = Number(await send('PTTL', name));
    if (left >= 0) await send('PEXPIRE', name, String(Math.max(0, left - ms)));
  }
}

function createLazyClient(url: () => string): { send: Send; close: () => Promise<void> } {
  let client: ReturnType<typeof connect> | undefined;
  const connect = () => createClient({ url: url() }).connect();
  return {
    send: async (...command) => (await (client ??= connect())).sendCommand(command),
    close: async () => (await client)?.close(),
  };
}
