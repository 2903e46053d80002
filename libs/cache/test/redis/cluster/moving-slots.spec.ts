import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { CacheUnavailableError } from '@gad/cache';
import { systemClock } from '@gad/cache/store';
import type { ClusterServer } from '../../../../../test/servers/redis-cluster.js';
import { selectKeys } from '../../../src/keys/key-selection.js';
import {
  ClusterStage,
  EVERY_USER,
  eventually,
  KEY,
  MS,
  PREFIX,
  SECOND,
  SLOTS,
  YES,
} from '../../support/cluster-stage.js';
import { SHARDS } from '../../support/cluster-stores.js';
import { FakeLog } from '../../support/fake-log.js';
import { deferred } from '../../support/fixtures.js';

const stage = new ClusterStage();
const [SLOT = 0] = SLOTS;

/** Moves the slot of the first shard; `midway` runs when so many names have travelled. */
async function moving(
  comesFirst: (name: string) => boolean,
  names: number,
  midway: () => Promise<void>,
): Promise<void> {
  const reached = deferred<void>();
  const go = deferred<void>();
  const { other } = await stage.servers();
  const moved = stage.cluster.move(SLOT, other, {
    batch: 1,
    order: (all) => [...all].sort((a, b) => Number(comesFirst(b)) - Number(comesFirst(a))),
    pace: async (count) => {
      if (count !== names) return;
      reached.resolve();
      await go.promise;
    },
  });
  await reached.promise;
  await midway().finally(() => go.resolve());
  await moved;
}

/** The new owner of the first shard, once the store uses it. */
async function arrived(): Promise<{ readonly node: ClusterServer }> {
  const node = await stage.cluster.ownerOf(SLOT);
  await eventually(() => stage.store.read(KEY, MS).then(...YES));
  return { node };
}

const isBookkeeping = (name: string): boolean => name.includes('\0');
const isKey = (name: string): boolean => name === PREFIX + KEY;

const HALVES = [
  // The index and the marker; the values are left behind.
  { ahead: 'the index', comesFirst: isBookkeeping, names: 2 },
  { ahead: 'a value', comesFirst: (name: string) => !isBookkeeping(name), names: 1 },
];

describe('A store on a Cluster whose slots move', () => {
  it.each(HALVES)(
    'a removal is not confirmed while $ahead is ahead',
    async ({ comesFirst, names }) => {
      await stage.store.write(KEY, 'old', undefined, MS);
      await moving(comesFirst, names, async () => {
        await expect(stage.store.remove(EVERY_USER)).rejects.toThrow(CacheUnavailableError);
        await expect(stage.store.remove(selectKeys([KEY]))).rejects.toThrow(CacheUnavailableError);
      });
      await eventually(() => stage.store.remove(EVERY_USER).then(...YES));
      expect(await stage.store.read(KEY, MS)).toBeUndefined();
    },
  );

  it.each(HALVES)(
    'a removal that the log has reaches values and leases on both sides while $ahead is ahead',
    async ({ comesFirst, names }) => {
      await stage.store.write(KEY, 'old', undefined, MS);
      const lease = await stage.leaseOf(SECOND);
      await moving(comesFirst, names, async () => {
        expect(await stage.store.remove(EVERY_USER, { logged: true })).toBe(1);
        expect(await stage.store.remove(selectKeys([KEY, SECOND]), { logged: true })).toBe(0);
        expect(await stage.store.fill(lease, 'old', undefined, MS).catch(() => false)).toBe(false);
      });
      const { node } = await arrived();
      expect(await node.command('EXISTS', PREFIX + KEY, PREFIX + SECOND)).toBe(0);
    },
  );

  it('the relay makes no removal from a half of a slot, and a mark is left for none', async () => {
    await stage.store.write(KEY, 'old', undefined, MS);
    await moving(isBookkeeping, 2, async () => {
      await stage.store.remove(EVERY_USER, { logged: true, committed: 'L 1' });
      // Refused, so its round does not end, and the cursor stays.
      const relayed = stage.store.remove(EVERY_USER, { unlessMarked: ['L 1'], awaitAcks: false });
      await expect(relayed).rejects.toThrow(CacheUnavailableError);
    });
    const { node } = await arrived();
    // A name that reaches its new owner late.
    await node.command('SET', PREFIX + KEY, 'old');
    expect(await node.command('EXISTS', `${PREFIX}\0marks`)).toBe(0);
    expect(await stage.store.remove(EVERY_USER, { unlessMarked: ['L 1'] })).toBe(1);
  });

  it('an index is not declared complete by a rebuild that saw a half of its slot', async () => {
    for (const key of [KEY, SECOND]) await stage.store.write(key, 'old', undefined, MS);
    const index = `${PREFIX}\0index`;
    await moving(isKey, 1, async () => {
      const { master } = await stage.servers();
      const sentinels = await master.command('ZRANGEBYLEX', index, '[\0', '(\x01');
      await master.command('ZREM', index, ...(sentinels as string[]), KEY);
      await stage.store.list(undefined, undefined, 1).catch(() => undefined);
    });
    await arrived();
    expect(await stage.store.remove(EVERY_USER)).toBe(2);
  });

  it('a lease that travels with its slot ends, and the shard is used at its new owner', async () => {
    const lease = await stage.leaseOf(KEY);
    const { other } = await stage.servers();
    await stage.cluster.move(SLOT, other);
    expect(await stage.store.fill(lease, 'old', undefined, MS).catch(() => false)).toBe(false);
    await eventually(() => stage.store.write(KEY, 'new', undefined, MS).then(...YES));
    expect(await stage.store.fill(lease, 'old', undefined, MS)).toBe(false);
    expect(await stage.store.read(KEY, MS)).toBe('new');
  });

  it('a shard that a failover of its source tore apart is not used until that is settled', async () => {
    await stage.store.write(KEY, 'old', undefined, MS);
    const { master, replica, other } = await stage.servers();
    await moving(isBookkeeping, 2, async () => {
      await master.command('WAIT', '1', '1000');
      await stage.cluster.failOver(master, replica);
      // A replica of Valkey knows of the move, so that the slot is not torn.
      if (String(await replica.command('CLUSTER', 'NODES')).includes(`[${SLOT}->-`)) return;
      await eventually(() => stage.store.shardsConnected === SHARDS - 1);
      await expect(stage.store.read(KEY, MS)).rejects.toThrow(CacheUnavailableError);
    }).catch(() => undefined);
    await other.command('CLUSTER', 'SETSLOT', String(SLOT), 'STABLE');
    await stage.cluster.heal();
    await eventually(() => stage.allConnected);
  });

  it('writes keep their order while the owner changes, and none that was refused is made', async () => {
    const { other } = await stage.servers();
    const sent: Promise<void>[] = [];
    let [confirmed, moved] = [-1, false];
    const end = stage.cluster.move(SLOT, other).then(() => (moved = true));
    do {
      const n = sent.length;
      const written = stage.store.write(KEY, String(n), undefined, MS);
      sent.push(
        written.then(
          () => void (confirmed = n),
          () => undefined,
        ),
      );
      if (n % 10 === 0) await setImmediate();
    } while (!moved && sent.length < 50_000);
    await end;
    await Promise.all(sent);
    await arrived();
    const kept = await stage.store.read(KEY, MS);
    expect(kept).toBe(confirmed === -1 ? undefined : String(confirmed));
  });

  it('a round that began at the old owner moves no cursor at the new one', async () => {
    const { relayStore } = stage.store.shards.store(0);
    const first = await relayStore.beginRound();
    if (first === undefined) throw new Error('another relay leads');
    expect(await relayStore.endRound(first, '1')).toBe('fresh');
    const late = await relayStore.beginRound();
    if (late === undefined) throw new Error('another relay leads');
    const { other } = await stage.servers();
    await stage.cluster.move(SLOT, other);
    expect(await relayStore.endRound(late, '2').catch(() => 'refused')).not.toBe('fresh');
    const { node } = await arrived();
    expect(await relayStore.endRound(late, '2')).toBe('conflict');
    expect(await node.command('GET', `${PREFIX}\0cursor`)).toBe('1');
  });

  it('no process serves what a name brings along that travels after its removal', async () => {
    const log = new FakeLog();
    const [writer, reader] = await stage.caches(log);
    let [value, loads] = ['old', 0];
    const read = (): Promise<string> =>
      reader.getOrSet(KEY, () => {
        loads++;
        return value;
      });
    await read();
    const { other } = await stage.servers();
    await moving(isKey, 1, async () => {
      value = 'new';
      const written = { position: log.append(KEY), committedAt: systemClock.now() };
      expect(await writer.invalidate(KEY, written)).toBe(true);
      expect(await read()).toBe('new');
      await other.command('ASKING');
      await other.command('SET', PREFIX + KEY, '"old"');
    });
    let before: number;
    do {
      before = loads;
      expect(await read()).toBe('new');
      await setImmediate();
    } while (loads > before);
    await eventually(() => reader.freshness?.shards?.fresh === SHARDS);
    await Promise.all([writer.close(), reader.close()]);
  });
});
