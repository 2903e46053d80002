import { describe, expect, it } from '@jest/globals';
import { FakeClock, settle } from '@gad/cache/testing';
import type { LogBatch } from '@gad/cache/store';
import { MemoryStore } from '@gad/cache/store';
import { alignedClock } from '../../src/outbox/aligned-clock.js';
import { SharedLog } from '../../src/outbox/shared-log.js';
import { ShardMap } from '../../src/store/redis/cluster/shard-map.js';
import { deferred } from '../support/fixtures.js';
import { FakeLog } from '../support/fake-log.js';

const SHARDS = 4;
// Only their number counts here.
const stores = Array.from({ length: SHARDS }, () => new MemoryStore());
const shards = new ShardMap(stores, ['user:*']);

function sharedLog() {
  const log = new FakeLog();
  const clock = new FakeClock();
  const reader = log.reader();
  const shared = new SharedLog(reader, shards, clock);
  const views = Array.from({ length: SHARDS }, (_, shard) => shared.viewOf(shard));
  return { log, clock, reader, views };
}

describe('A log that the relays of all shards read together', () => {
  it('calls for one cursor are one read, which begins after all of them', async () => {
    const { log, clock, reader, views } = sharedLog();
    const reads = views.map((view) => view.read('L 0'));
    expect(reader.reads).toBe(0);
    log.append('user:1:*');
    await clock.advanceAsync(1);
    expect(await Promise.all(reads.map(async (read) => (await read).cursor))).toEqual(
      views.map(() => 'L 1'),
    );
    expect(reader.reads).toBe(1);
  });

  it('a call during a read is answered by the next one, and other cursors by reads of their own', async () => {
    const { log, clock, reader, views } = sharedLog();
    const gates = [deferred<void>(), deferred<void>()];
    const read = reader.read.bind(reader);
    reader.read = async (cursor): Promise<LogBatch> => {
      const gate = gates[reader.reads];
      const batch = await read(cursor);
      await gate?.promise;
      return batch;
    };
    const first = views[0]?.read('L 0');
    await clock.advanceAsync(1);
    log.append('user:1:*');
    const second = views[1]?.read('L 0');
    const other = views[2]?.read(undefined);
    await clock.advanceAsync(1);
    gates.forEach(({ resolve }) => resolve());
    await settle();
    await clock.advanceAsync(1);
    expect([(await first)?.cursor, (await second)?.cursor]).toEqual(['L 0', 'L 1']);
    expect((await other)?.invalidations).toBe('everything');
    expect(reader.reads).toBe(3);
  });

  it('each shard gets what may concern it, and all of them what spans places', async () => {
    const { log, clock, views } = sharedLog();
    log.append('user:1:*');
    log.append('user:*');
    log.append('flag');
    const reads = views.map((view) => view.read('L 0'));
    await clock.advanceAsync(1);
    const seen = await Promise.all(
      reads.map(async (read) => {
        const { invalidations } = await read;
        if (invalidations === 'everything') return [];
        return invalidations.map((each) => (typeof each === 'string' ? each : each.pattern));
      }),
    );
    const [placed, single] = [shards.of('user:1:x'), shards.of('flag')];
    expect(seen).toEqual(
      views.map((_, shard) => [
        ...(shard === placed ? ['user:1:*'] : []),
        'user:*',
        ...(shard === single ? ['flag'] : []),
      ]),
    );
  });

  it('a failed read is the failure of its callers alone', async () => {
    const { clock, reader, views } = sharedLog();
    reader.unavailable = true;
    const failing = views[0]?.read('L 0');
    const failure = expect(failing).rejects.toThrow('secret address');
    await clock.advanceAsync(1);
    await failure;
    reader.unavailable = false;
    const later = views[1]?.read('L 0');
    await clock.advanceAsync(1);
    expect((await later)?.cursor).toBe('L 0');
  });
});

describe('A clock whose timers end together', () => {
  it('longer timers end on one grid, and short ones on time', () => {
    const clock = new FakeClock();
    const aligned = alignedClock(clock);
    clock.advance(1_000 - (clock.now() % 1_000));
    const begun = clock.now();
    const ends: [string, number][] = [];
    const at = (name: string) => () => void ends.push([name, clock.now() - begun]);
    aligned.after(5, at('short'));
    aligned.after(100, at('first'));
    const cancel = aligned.after(101, at('cancelled'));
    clock.advance(7);
    aligned.after(100, at('second'));
    cancel();
    clock.advance(200);
    expect(ends.map(([name]) => name)).toEqual(['short', 'first', 'second']);
    expect(ends.map(([, ms]) => ms)).toEqual([5, 100, 100]);
  });

  it('loops that began at different moments come into step, whatever their rounds take', () => {
    const clock = new FakeClock();
    const aligned = alignedClock(clock);
    const begins: number[][] = [[], []];
    const loop = (n: 0 | 1): void => {
      begins[n]?.push(clock.now());
      aligned.after(200 - 10 * n, () => loop(n));
    };
    loop(0);
    clock.advance(90);
    loop(1);
    for (let ms = 0; ms < 2_000; ms++) clock.advance(1);
    const [first = [], second = []] = begins;
    expect(first.slice(3, 8)).toEqual(second.slice(3, 8));
    expect((first[7] ?? 0) - (first[3] ?? 0)).toBe(800);
  });
});
