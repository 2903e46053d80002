import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createClient } from 'redis';
import { MemoryStore, silentLog } from '@gad/cache/store';
import type { CacheStore, FleetBoard } from '@gad/cache/store';
import { FakeClock } from '@gad/cache/testing';
import { ownRedis } from '../../../../test/servers/suite-servers.js';
import { packSlot } from '../../src/observe/history.js';
import { RedisStore } from '../../src/store/redis/redis-store.js';

const NAMESPACES = 16;
const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;
const NOTHING = { fills: [], misses: [], share: 1 };
const OF_A_READ = { hit: 90_000, miss: 4_000, load: 3_900, load_ms: 81_000, stored_bytes: 7e6 };
const OF_A_WRITE = { removed_event: 120, refused_invalidated: 3 };

type Moved = [string, number][];

const movedOf = (namespaces: number, counters: Record<string, number>): Moved =>
  Array.from({ length: namespaces }, (_, n) =>
    Object.entries(counters).map(([counter, by]): [string, number] => [
      `${'abcdefghijklmnopqrstuvwxyz'.charAt(n % 26)}tats:of-users${'x'.repeat(Math.floor(n / 26))}\n${counter}`,
      by + n,
    ]),
  ).flat();

describe('The history of the fleet board', () => {
  const report = (board: FleetBoard, moved: Moved, entries: readonly string[] = []) =>
    board.report({ id: 'p', snapshot: '{}', moved, entries, ghost: NOTHING, known: undefined });
  const boardOf = ({ board }: CacheStore): FleetBoard => {
    if (board === undefined) throw new Error('no board');
    return board;
  };
  /** The sums of a range, by name. */
  const sums = async (board: FleetBoard, step: '10s' | '5m', from: number, to: number) => {
    const { history } = await board.read([{ step, from, to }]);
    const all = new Map<string, number>();
    for (const { counts } of history[0] ?? []) {
      for (const [name, count] of counts) all.set(name, (all.get(name) ?? 0) + count);
    }
    return { all, slots: (history[0] ?? []).length };
  };

  describe('in process memory', () => {
    it('sixteen busy namespaces over a day, and the last hour in slots of ten seconds, are exact', async () => {
      const clock = new FakeClock();
      const board = boardOf(new MemoryStore({ clock }));
      const moved = movedOf(NAMESPACES, { ...OF_A_READ, ...OF_A_WRITE });
      const { now: begun } = await board.read([]);
      for (let n = 0; n < 1_440; n++) {
        await report(board, moved);
        clock.advance(MINUTE);
      }
      const { now } = await board.read([]);
      expect(now - begun).toBeGreaterThanOrEqual(DAY);
      const day = await sums(board, '5m', now - DAY - 5 * MINUTE, now);
      for (const [name, by] of moved) expect([name, day.all.get(name)]).toEqual([name, 1_440 * by]);
      expect(day.slots).toBeGreaterThanOrEqual(288);
      const hour = await sums(board, '10s', now - 60 * MINUTE - 10_000, now);
      for (const [name, by] of moved) expect([name, hour.all.get(name)]).toEqual([name, 60 * by]);
    });

    it('what is older than eight days is forgotten, and no more slots are kept', async () => {
      const clock = new FakeClock();
      const board = boardOf(new MemoryStore({ clock }));
      for (let n = 0; n < 9 * 288; n++) {
        await report(board, [['a\nhit', 1]]);
        clock.advance(5 * MINUTE);
      }
      const { now } = await board.read([]);
      const { all, slots } = await sums(board, '5m', 0, now);
      expect(slots).toBe(8 * 288 - 1);
      expect(all.get('a\nhit')).toBe(slots);
    });
  });

  describe('in Redis', () => {
    let store: RedisStore;
    let client: ReturnType<typeof createClient>;
    const send = (...command: string[]): Promise<unknown> => client.sendCommand(command);
    beforeAll(async () => {
      const url = await ownRedis();
      client = createClient({ url });
      await client.connect();
      store = new RedisStore({ settings: { url }, prefix: 'h:', logger: silentLog });
      await store.open();
    });
    afterEach(async () => {
      await send('FLUSHDB');
    });
    afterAll(async () => {
      await store.close();
      await client.close();
    });
    /** As if the slots that are being filled had begun so many slots ago. */
    const age = async (slots: number) => {
      for (const step of ['10s', '5m']) {
        await send('ZADD', `h:\0board:live:${step}`, 'XX', 'INCR', String(-slots), '');
      }
    };

    it('a slot that has ended is packed as process memory does it, and read as it was counted', async () => {
      const board = boardOf(store);
      const moved = movedOf(40, { ...OF_A_READ, ...OF_A_WRITE });
      await report(board, moved);
      await age(3);
      await report(board, [['a\nhit', 1]]);
      for (const step of ['10s', '5m']) {
        const [text = ''] = (await send('HVALS', `h:\0board:history:${step}`)) as string[];
        const [field] = (await send('HKEYS', `h:\0board:history:${step}`)) as string[];
        const begun = Number(await send('ZSCORE', `h:\0board:live:${step}`, ''));
        const number = [3, 4]
          .map((ago) => begun - ago)
          .find((each) => text.startsWith(packSlot(each, new Map()).text));
        expect(number).toBeDefined();
        expect(Number(field)).toBe((number ?? 0) % (step === '10s' ? 720 : 2_304));
        expect(text).toBe(packSlot(number ?? 0, new Map(moved)).text);
      }
      const { now } = await board.read([]);
      const { all, slots } = await sums(board, '10s', now - 10 * MINUTE, now);
      expect(slots).toBe(2);
      const hits = (of: Iterable<readonly [string, number]>) =>
        [...of].reduce((sum, [name, by]) => sum + (name.endsWith('\nhit') ? by : 0), 0);
      // Those that do not fit are one namespace.
      expect(hits(all)).toBe(hits(moved) + 1);
      expect(all.get('(other)\nhit')).toBeGreaterThan(0);
      for (const [name, by] of moved.slice(-7 * NAMESPACES)) {
        expect([name, all.get(name)]).toEqual([name, by]);
      }
    });

    it('a second report into a slot adds up, and one process does not lose what another counted', async () => {
      const board = boardOf(store);
      for (let n = 0; n < 3; n++)
        await report(board, [
          ['a\nhit', 2],
          ['b\nmiss', 1],
        ]);
      const { now } = await board.read([]);
      const { all } = await sums(board, '5m', now - 10 * MINUTE, now);
      expect(Object.fromEntries(all)).toEqual({ 'a\nhit': 6, 'b\nmiss': 3 });
    });

    it('counters beyond those that are kept by name count for the others, in totals and in history', async () => {
      const board = boardOf(store);
      const moved = Array.from({ length: 3_500 }, (_, n): [string, number] => [`n${n}\nhit`, 1]);
      await report(board, moved);
      const { totals, now } = await board.read([]);
      expect([...totals.values()].reduce((sum, count) => sum + count, 0)).toBe(3_500);
      expect(totals.size).toBeLessThanOrEqual(3_001);
      const { all } = await sums(board, '10s', now - MINUTE, now);
      expect([...all.values()].reduce((sum, count) => sum + count, 0)).toBe(3_500);
      expect(all.size).toBeLessThanOrEqual(1_201);
    });

    it('eight days of history, and as many entries of the journal as there may be, keep to 4 MB', async () => {
      const board = boardOf(store);
      await report(board, movedOf(60, { ...OF_A_READ, ...OF_A_WRITE }));
      await age(1);
      await report(board, movedOf(60, { ...OF_A_READ, ...OF_A_WRITE }));
      const [text = ''] = (await send('HVALS', 'h:\0board:history:5m')) as string[];
      for (const [step, slots] of [
        ['10s', 720],
        ['5m', 2_304],
      ] as const) {
        const fields = Array.from({ length: slots }, (_, n) => [String(n), text.padEnd(720, '0')]);
        await send('HSET', `h:\0board:history:${step}`, ...fields.flat());
      }
      await report(board, movedOf(3_000, { hit: 1 }));
      for (const length of [150, 900]) {
        for (let n = 0; n < 6_000; n += 50) {
          const entry = JSON.stringify({ at: n, kind: 'removal', subject: 'k'.repeat(length) });
          await report(
            board,
            [],
            Array.from({ length: 50 }, () => entry),
          );
        }
        let bytes = 0;
        for (const name of (await send('KEYS', '*board*')) as string[]) {
          bytes += Number(await send('MEMORY', 'USAGE', name, 'SAMPLES', '0'));
        }
        expect(bytes).toBeLessThan(4 * 1024 * 1024);
        const entries = Number(await send('XLEN', 'h:\0board:journal'));
        expect(entries).toBeGreaterThan(length === 150 ? 3_000 : 700);
      }
    });
  });
});
