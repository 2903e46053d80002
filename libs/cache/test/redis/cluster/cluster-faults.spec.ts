import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { CacheUnavailableError } from '@gad/cache';
import { systemClock } from '@gad/cache/store';
import { Inspection } from '../../../src/engine/inspection.js';
import {
  ClusterStage,
  EVERY_USER,
  eventually,
  KEY,
  KEYS,
  MS,
  PREFIX,
} from '../../support/cluster-stage.js';
import { openClusterStore, SHARDS } from '../../support/cluster-stores.js';
import { FakeLog } from '../../support/fake-log.js';
import { engineOver } from '../../support/fixtures.js';

const stage = new ClusterStage();

describe('A store on a Cluster whose masters fail', () => {
  it('a fill is refused by a promoted replica that still has the lease', async () => {
    const { master, replica } = await stage.servers();
    const lease = await stage.leaseOf(KEY);
    await master.command('WAIT', '1', '1000');
    await stage.cluster.cutReplication(master, replica);
    await stage.store.remove(EVERY_USER);
    await stage.cluster.failOver(master, replica);
    await eventually(() => stage.allConnected);
    expect(await replica.command('EXISTS', PREFIX + KEY)).toBe(1);
    expect(await stage.store.fill(lease, 'old', undefined, MS)).toBe(false);
  });

  it('a store opens and serves the other shards while one master is frozen', async () => {
    const { master, otherKey: other } = await stage.servers();
    await master.server.kill('SIGSTOP');
    const late = await openClusterStore(stage.cluster);
    await late.write(other, 'here', undefined, MS);
    expect(await late.read(other, MS)).toBe('here');
    expect(await late.readMany([other, KEY], 1_000)).toEqual(['here', undefined]);
    await expect(late.remove(EVERY_USER)).rejects.toThrow(CacheUnavailableError);
    expect(await late.read(other, MS)).toBeUndefined();
    await master.server.kill('SIGCONT');
    await eventually(() => late.shardsConnected === SHARDS);
    await late.close();
  });

  it('listings and statistics of the other shards say that they are partial while one shard is unavailable', async () => {
    const { master, replica, otherKey: other } = await stage.servers();
    const engine = engineOver(stage.store);
    const inspection = new Inspection(engine);
    await Promise.all(KEYS.map((key) => engine.getOrSet(key, () => key)));
    expect(await inspection.list({ limit: 100 })).toMatchObject({ partial: false });
    await replica.server.kill('SIGSTOP');
    await master.server.kill('SIGSTOP');
    const { items, partial } = await inspection.list({ limit: 100 });
    expect(partial).toBe(true);
    expect(items.map(({ key }) => key)).toContain(other);
    expect(items.map(({ key }) => key)).not.toContain(KEY);
    const { connected, keys_count: count, ...stats } = await inspection.stats();
    expect({ connected, partial: stats.partial }).toEqual({ connected: true, partial: true });
    expect(count).toBe(items.length);
    expect(await inspection.tree({})).toMatchObject({ partial: true });
    expect(await inspection.count('user:*', {})).toMatchObject({ matched: count, atLeast: true });
    const every = async (): Promise<void> => {
      for await (const key of inspection.keys('user:*')) expect(key).toBeDefined();
    };
    await expect(every()).rejects.toThrow(CacheUnavailableError);
  });

  it('no process serves what a write replaced when a failover loses its removal', async () => {
    const log = new FakeLog();
    const [writer, reader] = await stage.caches(log);
    let [value, loads] = ['old', 0];
    const read = (key: string): Promise<string> =>
      reader.getOrSet(key, () => {
        loads++;
        return value;
      });
    await Promise.all(KEYS.map(read));
    const { master, replica, otherKey } = await stage.servers();
    await master.command('WAIT', '1', '1000');
    await stage.cluster.cutReplication(master, replica);
    value = 'new';
    const written = { position: log.append(KEY), committedAt: systemClock.now() };
    expect(await writer.invalidate(KEY, written)).toBe(true);
    await stage.cluster.failOver(master, replica);
    // The value that was removed is back on the promoted replica.
    expect(await replica.command('GET', PREFIX + KEY)).toBe('"old"');
    let before: number;
    do {
      before = loads;
      expect(await read(KEY)).toBe('new');
      await sleep(10);
    } while (loads > before);
    expect(reader.freshness?.shards?.all).toBe(SHARDS);
    await eventually(() => reader.freshness?.shards?.fresh === SHARDS);
    // The other masters' values were kept.
    before = loads;
    await read(otherKey);
    expect(loads).toBe(before);
    await Promise.all([writer.close(), reader.close()]);
  });
});
