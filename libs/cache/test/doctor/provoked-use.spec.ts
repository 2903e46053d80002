import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createCache } from '@gad/cache';
import { silentLog } from '@gad/cache/store';
import { DoctorStage } from '../support/doctor-stage.js';

const TRACED = 'tracing:node-redis:command:start';
const tracer = (): void => undefined;
const many = (length: number): number[] => Array.from({ length }, (_, n) => n);

/** A way to use the cache that is wrong, and the right one, after which nothing is found. */
interface Provoked {
  readonly id: string;
  strike(stage: DoctorStage): Promise<unknown>;
  mend(stage: DoctorStage): Promise<unknown>;
}

const PROVOKED: readonly Provoked[] = [
  {
    id: 'flat-keys',
    strike: ({ cache }) => cache.set('user2days30', 1, { ttl: 60 }),
    mend: async ({ cache }) => {
      await cache.delete('user2days30');
      await cache.set('user:2:days:30', 1, { ttl: 60 });
    },
  },
  {
    id: 'refused-fills',
    strike: async ({ cache }) => {
      for (const n of many(30)) {
        await cache.getOrSet(`list:of:${n}`, async () => {
          await cache.deletePattern('list:*');
          return n;
        });
      }
    },
    mend: async ({ cache }) => {
      for (const n of many(600)) await cache.getOrSet(`list:of:${n % 150}`, () => n);
    },
  },
  {
    id: 'mixed-options',
    strike: async ({ url }) => {
      const options = { prefix: 'gad:', redis: { url }, analytics: true };
      const other = createCache({ ...options, compression: { threshold: 1_000 } }, silentLog);
      await other.open();
      await other.fleet?.report();
      others.push(other);
    },
    mend: async () => {
      await others.pop()?.close();
    },
  },
  {
    id: 'command-tracing',
    strike: () => Promise.resolve(subscribe(TRACED, tracer)),
    mend: () => Promise.resolve(unsubscribe(TRACED, tracer)),
  },
  {
    id: 'store-authenticated',
    strike: async (stage) => {
      await stage.server.command('ACL', 'SETUSER', 'gad', 'on', '>p', '~gad:*', '&gad:*', '+@all');
      stage.url = stage.server.url.replace('redis://', 'redis://gad:other@');
      await stage.open({}, undefined, false);
    },
    mend: async (stage) => {
      stage.url = stage.server.url.replace('redis://', 'redis://gad:p@');
      await stage.open();
    },
  },
];
const others: { close(): Promise<void> }[] = [];

describe('The doctor, where the cache is used in a wrong way,', () => {
  let stage: DoctorStage;
  beforeAll(async () => {
    stage = await DoctorStage.start();
  });
  afterAll(async () => {
    await Promise.all(others.map((other) => other.close()));
    await stage.stop();
  });

  it.each(PROVOKED)(
    'the doctor finds $id and nothing else, until the cache is used rightly',
    async ({ id, strike, mend }) => {
      stage.url = stage.server.url;
      await stage.open();
      await stage.server.command('FLUSHALL');
      await stage.open();
      await strike(stage);
      expect((await stage.wrong()).map((finding) => finding.id)).toEqual([id]);
      await mend(stage);
      expect(await stage.severityOf(id)).toBe('pass');
      expect(await stage.wrong()).toEqual([]);
    },
  );
});
