import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { startTcpProxy, type TcpProxy } from '../../../../test/servers/tcp-proxy.js';
import type { RedisServer } from '../support/redis-server.js';
import { startRedis } from '../support/redis-server.js';
import { DoctorStage } from '../support/doctor-stage.js';

/** A setting that is wrong, or does not suit what happens, and how that comes about. */
interface Provoked {
  readonly id: string;
  readonly fix: string | RegExp;
  strike(stage: DoctorStage): Promise<unknown>;
  /** What happens again under the new setting. Default: nothing. */
  again?(stage: DoctorStage): Promise<unknown>;
}

let proxy: TcpProxy | undefined;
let replica: RedisServer | undefined;

/** A text in which nothing repeats, so that compressing it saves less than a tenth. */
function noise(length: number, seed: number): string {
  let state = seed;
  return Array.from({ length }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return String.fromCharCode(0x23 + (Math.floor(state / 65_536) % 57));
  }).join('');
}

const many = (length: number): number[] => Array.from({ length }, (_, n) => n);

const storeLarge = ({ cache }: DoctorStage): Promise<unknown> =>
  cache.set('report:year', 'x'.repeat(2_000_000), { ttl: 600 });

const PROVOKED: readonly Provoked[] = [
  {
    id: 'round-trip',
    fix: /^deadlineMs: \d+$/,
    strike: async (stage) => {
      proxy = await startTcpProxy(Number(new URL(stage.server.url).port));
      stage.url = `redis://127.0.0.1:${proxy.port}`;
      proxy.become({ kind: 'delay', ms: 40 });
      await stage.open({ deadlineMs: 60 });
    },
  },
  {
    id: 'read-only',
    fix: /^redis\.address: 127\.0\.0\.1:\d+$/,
    strike: async (stage) => {
      const { port } = new URL(stage.server.url);
      await stage.server.command('CONFIG', 'SET', 'repl-diskless-sync-delay', '0');
      const healthy = { maxmemory: '256mb', 'maxmemory-policy': 'allkeys-lru' };
      const second = await startRedis({ ...healthy, replicaof: `127.0.0.1 ${port}` });
      replica = second;
      const isUp = async (): Promise<boolean> =>
        String(await second.command('INFO', 'replication')).includes('link_status:up');
      while (!(await isUp())) await sleep(50);
      stage.url = second.url;
      await stage.open({}, undefined, false);
    },
  },
  {
    id: 'shared-database',
    fix: 'redis.database: 1',
    strike: async ({ server }) => {
      for (let n = 0; n < 30; n++) await server.command('SET', `sessions:${n}`, 'x');
    },
  },
  {
    id: 'keys-many',
    fix: 'warn.keys: 20',
    strike: async (stage) => {
      await stage.open({}, { keys: 9 });
      const pairs = many(10).map((n) => ({ key: `stats:user:${n}`, value: n }));
      await stage.cache.setMany(pairs, { ttl: 60 });
    },
  },
  {
    id: 'big-values',
    fix: 'compression.threshold: 16384',
    strike: async (stage) => {
      await stage.open({ compression: 'off' });
      await storeLarge(stage);
    },
    again: storeLarge,
  },
  {
    id: 'compression-vain',
    fix: 'compression.threshold: 0',
    strike: async ({ cache }) => {
      for (let n = 0; n < 30; n++) await cache.set(`noise:of:${n}`, noise(40_000, n), { ttl: 60 });
    },
  },
];

describe('The doctor, where a setting of the cache is wrong,', () => {
  let stage: DoctorStage | undefined;
  afterEach(async () => {
    await stage?.stop();
    await proxy?.close();
    await replica?.stop();
    [proxy, replica] = [undefined, undefined];
  });

  it.each(PROVOKED)(
    'the doctor finds $id and nothing else, and the setting that it names ends it',
    async ({ id, fix, strike, again }) => {
      stage = await DoctorStage.start();
      await stage.open();
      await strike(stage);
      const wrong = await stage.wrong();
      expect(wrong.map((finding) => finding.id)).toEqual([id]);
      const [found] = wrong;
      expect(found?.fix).toMatch(fix);
      await stage.carryOut(found?.fix ?? '');
      await again?.(stage);
      expect(await stage.severityOf(id)).toMatch(/^(pass|n\/a)$/);
      expect(await stage.wrong()).toEqual([]);
    },
  );

  it.each([
    {
      id: 'lazy-eviction',
      fix: /CONFIG SET lazyfree-lazy-eviction yes$/,
      strike: ({ cache }: DoctorStage) => cache.set('noise:of:1', noise(100_000, 1), { ttl: 60 }),
    },
    {
      id: 'memory-near-limit',
      fix: /CONFIG SET maxmemory 256mb$/,
      strike: async ({ server, cache }: DoctorStage) => {
        const line = noise(1_000, 1);
        const pairs = many(6_000).map((n) => ({ key: `line:of:${n}`, value: line }));
        await cache.setMany(pairs, { ttl: 600 });
        const [, used] = /used_memory:(\d+)/.exec(String(await server.command('INFO'))) ?? [];
        await server.command('CONFIG', 'SET', 'maxmemory', String(Math.ceil(1.04 * Number(used))));
      },
    },
    {
      id: 'hot-key',
      fix: /^local: true$/,
      strike: async ({ cache }: DoctorStage) => {
        for (let n = 0; n < 3_000; n++) await cache.getOrSet('stats:user:2', () => 1, { ttl: 60 });
      },
    },
  ])(
    'the doctor knows $id to be worth knowing, and what changes it does',
    async ({ id, fix, strike }) => {
      stage = await DoctorStage.start();
      await stage.open();
      await strike(stage);
      const found = (await stage.diagnose()).find((finding) => finding.id === id);
      expect(found?.severity).toBe('info');
      expect(found?.fix).toMatch(fix);
      await stage.carryOut(found?.fix ?? '');
      expect(await stage.severityOf(id)).toBe('pass');
    },
  );
});
