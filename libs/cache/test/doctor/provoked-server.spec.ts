import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { DoctorStage } from '../support/doctor-stage.js';

const LINE = 'x'.repeat(2_000);

/** Something wrong with the server, and how it comes about. */
interface Provoked {
  readonly id: string;
  readonly fix: RegExp;
  /** Of the server. Default: with a limit, and evicting the keys used least lately. */
  readonly config?: Readonly<Record<string, string>>;
  strike(stage: DoctorStage): Promise<unknown>;
}

const command = (stage: DoctorStage, ...words: string[]): Promise<unknown> =>
  stage.server.command(...words);

/** Values that take about 2 kB each. */
const fill = async ({ cache }: DoctorStage, values: number): Promise<void> => {
  const pairs = Array.from({ length: values }, (_, n) => ({ key: `line:of:${n}`, value: LINE }));
  await cache.setMany(pairs, { ttl: 600 });
};

const PROVOKED: readonly Provoked[] = [
  {
    id: 'store-reachable',
    fix: /^redis-server --port \d+ --maxmemory 256mb/,
    strike: async (stage) => {
      await stage.server.kill();
      while (stage.cache.connected) await sleep(10);
    },
  },
  {
    id: 'store-permissions',
    fix: /ACL SETUSER gad \+zrangebylex \+xadd$/,
    strike: async (stage) => {
      const rules = ['on', '>p', '~gad:*', '&gad:*', '+@all', '-zrangebylex', '-xadd'];
      await command(stage, 'ACL', 'SETUSER', 'gad', ...rules);
      stage.url = stage.server.url.replace('redis://', 'redis://gad:p@');
      await stage.open({}, undefined, false);
    },
  },
  {
    id: 'store-permissions',
    fix: /ACL SETUSER gad '~gad:\*' '&gad:\*'$/,
    strike: async (stage) => {
      await command(stage, 'ACL', 'SETUSER', 'gad', 'on', '>p', '~other:*', '+@all');
      stage.url = stage.server.url.replace('redis://', 'redis://gad:p@');
      await stage.open({}, undefined, false);
    },
  },
  {
    id: 'memory-limit',
    fix: /CONFIG SET maxmemory-policy allkeys-lru && .* CONFIG SET maxmemory 256mb$/,
    config: {},
    strike: () => Promise.resolve(),
  },
  {
    id: 'eviction-none',
    fix: /CONFIG SET maxmemory-policy allkeys-lru$/,
    strike: (stage) => command(stage, 'CONFIG', 'SET', 'maxmemory-policy', 'noeviction'),
  },
  {
    id: 'eviction-volatile',
    fix: /CONFIG SET maxmemory-policy allkeys-lru$/,
    strike: async (stage) => {
      await command(stage, 'CONFIG', 'SET', 'maxmemory-policy', 'volatile-lru');
      await stage.cache.set('config:app:version', 1);
    },
  },
  {
    id: 'eviction-order',
    fix: /CONFIG SET maxmemory-policy allkeys-lru$/,
    strike: (stage) => command(stage, 'CONFIG', 'SET', 'maxmemory-policy', 'allkeys-random'),
  },
  {
    id: 'oom-refusals',
    fix: /CONFIG SET maxmemory-policy allkeys-lru && .* CONFIG SET maxmemory 256mb$/,
    strike: async (stage) => {
      await command(stage, 'CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
      await command(stage, 'CONFIG', 'SET', 'maxmemory', '1');
    },
  },
  {
    id: 'evictions',
    fix: /CONFIG SET maxmemory 256mb$/,
    strike: async (stage) => {
      await stage.watch.look();
      await command(stage, 'CONFIG', 'SET', 'maxmemory', '5mb');
      await fill(stage, 4_000);
    },
  },
  {
    id: 'memory-used',
    fix: /CONFIG SET maxmemory-policy allkeys-lru && .* CONFIG SET maxmemory 7200kb$/,
    strike: async (stage) => {
      await stage.open({}, { memoryMb: 8 });
      await fill(stage, 6_000);
    },
  },
  {
    id: 'read-only',
    fix: /REPLICAOF NO ONE$/,
    strike: (stage) => command(stage, 'REPLICAOF', '127.0.0.1', '1'),
  },
  {
    id: 'stop-writes',
    fix: /CONFIG SET stop-writes-on-bgsave-error no$/,
    strike: async (stage) => {
      const { dir } = (await command(stage, 'CONFIG', 'GET', 'dir')) as { dir: string };
      // A snapshot cannot take the place of a folder.
      await mkdir(join(dir, 'dump.rdb'));
      await command(stage, 'CONFIG', 'SET', 'save', '3600 1');
      await command(stage, 'BGSAVE');
      const failed = 'last_bgsave_status:err';
      while (!String(await command(stage, 'INFO', 'persistence')).includes(failed)) {
        await sleep(20);
      }
    },
  },
  {
    id: 'unknown-keys',
    fix: /UNLINK gad:planted:1 'gad:planted:it'\\''s'$/,
    strike: async (stage) => {
      await command(stage, 'SET', 'gad:planted:1', 'x');
      await command(stage, 'SET', "gad:planted:it's", 'x');
    },
  },
];

describe('The doctor, where something is wrong with the server,', () => {
  let stage: DoctorStage | undefined;
  afterEach(async () => {
    await stage?.stop();
  });

  it.each(PROVOKED)(
    'the doctor finds $id and nothing else, and its fix, carried out as it is written, ends it',
    async ({ id, fix, config, strike }) => {
      stage = await DoctorStage.start(config);
      await stage.open();
      await strike(stage);
      const wrong = await stage.wrong();
      expect(wrong.map((finding) => finding.id)).toEqual([id]);
      const [found] = wrong;
      expect(found?.fix).toMatch(fix);
      expect(JSON.stringify(found)).not.toMatch(/\{\w+\}/);
      await stage.carryOut(found?.fix ?? '');
      // What was counted before the fix is behind the next look.
      await stage.watch.look();
      for (let turn = 0; (await stage.severityOf(id)) === 'warn' && turn < 100; turn++) {
        await sleep(50); // eviction goes on in the background
      }
      expect(await stage.severityOf(id)).toBe('pass');
    },
  );
});
