import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createClient } from 'redis';
import { MemoryStore, silentLog } from '@gad/cache/store';
import type { CacheStore, FleetBoard } from '@gad/cache/store';
import { FakeClock } from '@gad/cache/testing';
import { ownRedis } from '../../../../test/servers/suite-servers.js';
import { CountSums, pairsOf } from '../../src/observe/counts.js';
import type { CountPairs } from '../../src/observe/tally.js';
import { packSlot } from '../../src/observe/history.js';
import type { Counter } from '../../src/observe/tally.js';
import { COUNTER_NAMES } from '../../src/observe/tally.js';
import { RedisStore } from '../../src/store/redis/redis-store.js';

const NAMESPACES = 16;
const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;
const A_HIT = [COUNTER_NAMES.indexOf('hit'), 1];
const NOTHING = { fills: [], misses: [], share: 1 };
const OF_A_READ = { hit: 90_000, miss: 4_000, load: 3_900, load_ms: 81_000, stored_bytes: 7e6 };
const OF_A_WRITE = { removed_event: 120, refused_invalidated: 3 };

type Counted = Readonly<Partial<Record<Counter, number>>>;
type Moved = (readonly [namespace: string, by: CountPairs])[];

const pairs = (counted: Counted, more = 0): CountPairs =>
  Object.entries(counted).flatMap(([name, by]) => [
    COUNTER_NAMES.indexOf(name as Counter),
    by + more,
  ]);

const movedOf = (namespaces: number, counted: Counted): Moved =>
  Array.from({ length: namespaces }, (_, n) => [
    `${'abcdefghijklmnopqrstuvwxyz'.charAt(n % 26)}tats:of-users${'x'.repeat(Math.floor(n / 26))}`,
    pairs(counted, n),
  ]);

const sumsOf = (moved: Moved): CountSums => {
  const sums = new CountSums();
  for (const [name, by] of moved) sums.add(name, by);
  return sums;
};

/** Each counter by its namespace and name. */
const flat = ({ byName }: CountSums): Map<string, number> =>
  new Map(
    [...byName].flatMap(([name, counts]) =>
      counts.flatMap((count, place) => [[`${name} ${COUNTER_NAMES[place]}`, count] as const]),
    ),
  );

describe('The history of the fleet board', () => {
  let processes = 0;
  const ids = new WeakMap<FleetBoard, string>();
  const report = (board: FleetBoard, moved: Moved, entries: readonly string[] = []) => {
    const id = ids.get(board) ?? `p${processes++}`;
    ids.set(board, id);
    const known = undefined;
    return board.report({ id, snapshot: '{}', moved, entries, ghost: NOTHING, known });
  };
  const boardOf = ({ board }: CacheStore): FleetBoard => {
    if (board === undefined) throw new Error('no board');
    return board;
  };
  /** The sums of a range, by name. */
  const sums = async (board: FleetBoard, step: '10s' | '5m', from: number, to: number) => {
    const { history } = await board.read([{ step, from, to }]);
    const all = new CountSums();
    for (const { counts } of history[0] ?? []) {
      for (const [name, values] of counts) all.add(name, pairsOf(values));
    }
    return { all: flat(all), slots: (history[0] ?? []).length };
  };

  describe('in process memory', () => {
    it('a new board in process memory has no slot', async () => {
      const board = boardOf(new MemoryStore({ clock: new FakeClock() }));
      expect(await sums(board, '10s', 0, Infinity)).toEqual({ all: new Map(), slots: 0 });
    });

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
      const once = flat(sumsOf(moved));
      for (const [name, by] of once) expect([name, day.all.get(name)]).toEqual([name, 1_440 * by]);
      expect(day.slots).toBeGreaterThanOrEqual(288);
      const hour = await sums(board, '10s', now - 60 * MINUTE - 10_000, now);
      for (const [name, by] of once) expect([name, hour.all.get(name)]).toEqual([name, 60 * by]);
    });

    it('what is older than eight days is forgotten, and no more slots are kept', async () => {
      const clock = new FakeClock();
      const board = boardOf(new MemoryStore({ clock }));
      for (let n = 0; n < 9 * 288; n++) {
        await report(board, [['a', A_HIT]]);
        clock.advance(5 * MINUTE);
      }
      const { now } = await board.read([]);
      const { all, slots } = await sums(board, '5m', 0, now);
      expect(slots).toBe(8 * 288 - 1);
      expect(all.get('a hit')).toBe(slots);
    });
  });

  describe('in Redis', () => {
    let url: string;
    let store: RedisStore;
    const stores: RedisStore[] = [];
    let client: ReturnType<typeof createClient>;
    const send = (...command: string[]): Promise<unknown> => client.sendCommand(command);
    /** That of another process. */
    const another = async (): Promise<FleetBoard> => {
      const other = new RedisStore({ settings: { url }, prefix: 'h:', logger: silentLog });
      stores.push(other);
      await other.open();
      return boardOf(other);
    };
    beforeAll(async () => {
      url = await ownRedis();
      client = createClient({ url });
      await client.connect();
      store = new RedisStore({ settings: { url }, prefix: 'h:', logger: silentLog });
      await store.open();
    });
    afterEach(async () => {
      await send('FLUSHDB');
    });
    afterAll(async () => {
      await Promise.all([store, ...stores].map((each) => each.close()));
      await client.close();
    });
    /** As if the slot that is being filled had begun so many slots of 10 seconds ago. */
    const age = async (slots: number) => {
      await send('HINCRBY', 'h:\0board:filling:10s', '', String(-slots));
    };
    /** The only packed slot, and its number. */
    const packed = async (step: '10s' | '5m') => {
      const name = `h:\0board:history:${step}`;
      const [field] = (await send('HKEYS', name)) as string[];
      const [text = ''] = (await send('HVALS', name)) as string[];
      return { field: Number(field), text };
    };
    const hitsIn = (all: ReadonlyMap<string, number>) =>
      [...all].reduce((sum, [name, by]) => sum + (name.endsWith(' hit') ? by : 0), 0);

    it('a new board in Redis has no slot', async () => {
      for (const step of ['10s', '5m'] as const) {
        const { all, slots } = await sums(boardOf(store), step, 0, Date.now() + MINUTE);
        expect({ all, slots }).toEqual({ all: new Map(), slots: 0 });
      }
    });

    it('a slot that has ended is packed as process memory does it, and read as it was counted', async () => {
      const board = boardOf(store);
      const moved = movedOf(40, { ...OF_A_READ, ...OF_A_WRITE });
      await report(board, moved);
      await age(3);
      const begun = Number(await send('HGET', 'h:\0board:filling:10s', ''));
      await report(await another(), [['a', A_HIT]]);
      const { byName } = sumsOf(moved);
      expect(await packed('10s')).toEqual({
        field: begun % 720,
        text: packSlot(begun, byName).text,
      });
      const { now } = await board.read([]);
      const { all, slots } = await sums(board, '10s', now - 10 * MINUTE, now);
      expect(slots).toBe(2);
      // Those that do not fit are one namespace.
      expect(hitsIn(all)).toBe(hitsIn(flat(sumsOf(moved))) + 1);
      expect(all.get('(other) hit')).toBeGreaterThan(0);
      for (const [name, by] of flat(sumsOf(moved.slice(-NAMESPACES)))) {
        expect([name, all.get(name)]).toEqual([name, by]);
      }
    });

    it('the slots of ten seconds are added to that of five minutes, which is packed in its turn', async () => {
      const board = boardOf(store);
      const moved = movedOf(3, OF_A_READ);
      // 61 slots are beyond five minutes, and 31 slots before the end of those are within others.
      for (const slots of [61, 31]) {
        await report(await another(), moved);
        await age(slots);
      }
      await report(await another(), [['a', A_HIT]]);
      const { totals, now } = await board.read([]);
      const { all, slots } = await sums(board, '5m', now - 60 * MINUTE, now);
      expect(slots).toBe(3);
      const twice = sumsOf([...moved, ...moved, ['a', A_HIT]]);
      expect(all).toEqual(flat(twice));
      expect(totals).toEqual(twice.byName);
    });

    it('a second report into a slot adds up, and one process does not lose what another counted', async () => {
      const [one, other] = [boardOf(store), await another()];
      const moved: Moved = [
        ['a', pairs({ hit: 2 })],
        ['b', pairs({ miss: 1 })],
      ];
      for (const board of [one, other, one]) await report(board, moved);
      const { now } = await one.read([]);
      const { all } = await sums(one, '5m', now - 10 * MINUTE, now);
      expect(Object.fromEntries(all)).toEqual({ 'a hit': 6, 'b miss': 3 });
    });

    it('a report that the server refuses is not counted twice when its counters come with the next', async () => {
      const board = boardOf(store);
      await report(board, [['a', A_HIT]]);
      await send('SET', 'h:\0board:journal', 'no stream');
      await expect(report(board, [['a', A_HIT]], ['{}'])).rejects.toThrow();
      await send('DEL', 'h:\0board:journal');
      await report(board, [['a', pairs({ hit: 2 })]]);
      expect((await board.read([])).totals).toEqual(sumsOf([['a', pairs({ hit: 3 })]]).byName);
    });

    it('namespaces beyond those that are kept by name count for the others, in totals and in history', async () => {
      const board = boardOf(store);
      await report(
        board,
        Array.from({ length: 3_500 }, (_, n) => [`n${n}`, A_HIT]),
      );
      await age(31);
      await report(await another(), [['m', A_HIT]]);
      const { totals, now } = await board.read([]);
      expect(hitsIn(flat(sumsOf([...totals].map(([name, each]) => [name, pairsOf(each)]))))).toBe(
        3_501,
      );
      expect(totals.size).toBeLessThanOrEqual(258);
      for (const step of ['10s', '5m'] as const) {
        const { all } = await sums(board, step, now - 20 * MINUTE, now);
        expect(hitsIn(all)).toBe(3_501);
        expect(all.size).toBeLessThanOrEqual(258);
      }
    });

    it('eight days of history, and as many entries of the journal as there may be, keep to 4 MB', async () => {
      const board = boardOf(store);
      await report(board, movedOf(60, { ...OF_A_READ, ...OF_A_WRITE }));
      await age(31);
      await report(await another(), movedOf(60, { ...OF_A_READ, ...OF_A_WRITE }));
      const { text } = await packed('10s');
      for (const [step, slots] of [
        ['10s', 720],
        ['5m', 2_304],
      ] as const) {
        const fields = Array.from({ length: slots }, (_, n) => [String(n), text.padEnd(720, '0')]);
        await send('HSET', `h:\0board:history:${step}`, ...fields.flat());
      }
      await report(board, movedOf(3_000, OF_A_READ));
      await age(31);
      await report(await another(), movedOf(60, { ...OF_A_READ, ...OF_A_WRITE }));
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
