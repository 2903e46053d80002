import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createClient } from 'redis';
import type { CacheStore, Lease, RedisStore, RedisStoreOptions } from '@gad/cache/store';
import { systemClock } from '@gad/cache/store';
import { ALL_KEYS, selectKeys, selectPattern } from '../../../src/keys/key-selection.js';
import { openRedisStore, until } from '../../support/fixtures.js';
import { gatedClients } from '../../support/gated-client.js';
import type { Gates } from '../../support/gates.js';
import { redisForTests } from '../../support/redis-server.js';

const MS = 10_000;
const INDEX = 'gad:\0index';
const PREFIX = selectPattern('a:*');
const FILTERED = selectPattern('*:1');
/** The plain commands of a page of the index: writes without an effect around it. */
const PLAIN = [
  /^ZADD gad:.removals XX INCR 0 seq$/,
  /^ZRANGEBYLEX /,
  /^ZADD gad:.index XX INCR 0 .s/,
];

const server = redisForTests();
type Scripts = 'declared' | 'free';

let stores: RedisStore[];
let store: RedisStore;
let other: RedisStore;
let gates: Gates;

beforeEach(async () => {
  await server.command('FLUSHALL');
  stores = [];
  const gated = gatedClients();
  gates = gated.gates;
  store = await opened({ makeClient: gated.makeClient });
  other = await opened();
  await sealed();
});
afterEach(() => Promise.all(stores.map((each) => each.close())));

async function opened(
  options: Partial<RedisStoreOptions> = {},
  scripts: Scripts = 'declared',
): Promise<RedisStore> {
  const settings = { url: server.url, ...(scripts === 'declared' ? { scripts } : {}) };
  stores.push(await openRedisStore(server, { settings, ...options }));
  const [last] = stores.slice(-1);
  if (last === undefined) throw new Error('there is no store');
  return last;
}

async function members(): Promise<string[]> {
  const reply = await server.command('ZRANGE', INDEX, '0', '-1');
  return Array.isArray(reply) ? reply.map(String) : [];
}

async function sealed(): Promise<void> {
  const isSealed = (member: string): boolean => member.startsWith('\0s');
  while (!(await members()).some(isSealed)) await new Promise((resolve) => setImmediate(resolve));
}

/** Stops the next page, and what follows it on the connection. */
function heldPage(): { readonly arrived: Promise<unknown>; release(): void } {
  const [page, sentinel] = PLAIN.slice(1).map((of) => gates.before((call) => of.test(call)));
  return {
    arrived: Promise.all([page?.arrived, sentinel?.arrived]),
    release: () => [page, sentinel].forEach((each) => each?.release()),
  };
}

async function leased(by: CacheStore, key: string): Promise<Lease> {
  const answer = await by.acquire(key, { leaseMs: 5_000, replace: false }, MS);
  if (answer.state !== 'owned') throw new Error(answer.state);
  return answer.lease;
}

const marks = async (): Promise<number> => Number(await server.command('ZCARD', 'gad:\0marks'));

describe('A removal by scripts that declare their keys', () => {
  it('a load that began before the removal is not stored after it, whenever it is filled', async () => {
    const [early, late] = [await leased(other, 'a:early'), await leased(other, 'a:late')];
    const read = gates.after('READ_RANGE');
    const removal = store.remove(PREFIX);
    await read.arrived;
    expect(await other.fill(early, 'old', undefined, MS)).toBe(true);
    read.release();
    expect(await removal).toBe(1);
    expect(await other.fill(late, 'old', undefined, MS)).toBe(false);
    expect(await other.readMany(['a:early', 'a:late'], MS)).toEqual([undefined, undefined]);
  });

  it('a key that comes after the names were read is kept, and no mark says that none is left', async () => {
    await store.write('a:1', 'old', undefined, MS);
    const read = gates.after('READ_RANGE');
    const removal = store.remove(PREFIX, { committed: 'L 1' });
    await read.arrived;
    const lease = await leased(other, 'a:2');
    expect(await other.fill(lease, 'new', undefined, MS)).toBe(true);
    read.release();
    expect(await removal).toBe(1);
    expect(await other.readMany(['a:1', 'a:2'], MS)).toEqual([undefined, 'new']);
    expect(await marks()).toBe(0);
    expect(await other.remove(PREFIX, { unlessMarked: ['L 1'] })).toBe(1);
  });

  it('a server that lacks the keys of the names leaves no mark over those that it has', async () => {
    await store.write('a:1', 'old', undefined, MS);
    const removing = gates.before('REMOVE');
    const removal = store.remove(PREFIX, { committed: 'L 1' });
    await removing.arrived;
    // As a replica that lacks the last writes and was promoted.
    await server.command('ZREM', INDEX, 'a:1');
    await server.command('RENAME', 'gad:a:1', 'gad:a:0');
    await server.command('ZADD', INDEX, '0', 'a:0');
    removing.release();
    expect(await removal).toBe(0);
    expect(await marks()).toBe(0);
    expect(await other.remove(PREFIX, { unlessMarked: ['L 1'] })).toBe(1);
  });

  it('a mark says that a range of any length is empty, and the relay leaves the removal out', async () => {
    const keys = Array.from({ length: 1_100 }, (_, n) => `a:${n}`);
    await Promise.all(keys.map((key) => store.write(key, 'old', undefined, MS)));
    expect(await store.remove(PREFIX, { committed: 'L 1' })).toBe(1_100);
    await store.write('a:1', 'new', undefined, MS);
    expect(await other.remove(PREFIX, { unlessMarked: ['L 1'] })).toBe(0);
    expect(await other.read('a:1', MS)).toBe('new');
  });

  it('a removal that selects few of many keys reads each page of the index once', async () => {
    const keys = Array.from({ length: 1_100 }, (_, n) => `a:${n}:x`);
    await Promise.all(keys.map((key) => store.write(key, 'old', undefined, MS)));
    await store.write('a:5:y', 'old', undefined, MS);
    gates.calls.length = 0;
    expect(await store.remove(selectPattern('a:*:y'))).toBe(1);
    const expected = ['READ_RANGE', ...PLAIN, 'REMOVE', ...PLAIN];
    expect(gates.calls).toEqual(expected.map((call) => expect.stringMatching(call)));
  });

  it('an index that is lost between the names and the removal leaves no mark', async () => {
    await store.write('a:1', 'old', undefined, MS);
    const removing = gates.before('REMOVE');
    const removal = store.remove(PREFIX, { committed: 'L 1' });
    await removing.arrived;
    await server.command('DEL', INDEX);
    removing.release();
    expect(await removal).toBe(1);
    expect(await marks()).toBe(0);
  });

  it('an index that is lost between two pages is noticed, and SCAN finds the rest', async () => {
    const keys = Array.from({ length: 700 }, (_, n) => `a:${String(n).padStart(3, '0')}`);
    await Promise.all(keys.map((key) => store.write(key, 'old', undefined, MS)));
    const second = heldPage();
    const removal = store.remove(PREFIX);
    await second.arrived;
    await server.command('DEL', INDEX);
    second.release();
    expect(await removal).toBe(700);
    expect(await server.command('KEYS', 'gad:a:*')).toEqual([]);
  });

  it('an index that is lost after it was read is noticed by the next removal, and SCAN finds the rest', async () => {
    await store.remove(PREFIX);
    await store.write('a:1', 'old', undefined, MS);
    await server.command('DEL', INDEX);
    expect(await store.remove(PREFIX)).toBe(1);
    expect(await other.read('a:1', MS)).toBeUndefined();
  });

  it('an index that is lost while a page of it is read is noticed, and SCAN finds the rest', async () => {
    await store.remove(PREFIX);
    await store.write('a:1', 'old', undefined, MS);
    const page = heldPage();
    const removal = store.remove(PREFIX);
    await page.arrived;
    await server.command('DEL', INDEX);
    page.release();
    expect(await removal).toBe(1);
    expect(await other.read('a:1', MS)).toBeUndefined();
  });

  it('a page of an index that another process made again since is read by the script', async () => {
    await store.remove(PREFIX);
    await server.command('DEL', INDEX);
    // Makes it again.
    await other.remove(PREFIX);
    await sealed();
    await store.write('a:1', 'old', undefined, MS);
    gates.calls.length = 0;
    expect(await store.remove(PREFIX)).toBe(1);
    expect(gates.calls).toContain('READ_RANGE');
  });

  it('where nothing is and no process keeps copies, a removal is three plain commands', async () => {
    await store.write('b', '1', undefined, MS);
    for (const selection of [PREFIX, FILTERED]) {
      await store.remove(selection);
      gates.calls.length = 0;
      await store.remove(selection, { committed: 'L 1' });
      expect(gates.calls).toEqual(PLAIN.map((call) => expect.stringMatching(call)));
    }
  });

  it('where nothing is and a process keeps copies, a removal is announced', async () => {
    // The first process that keeps copies creates the sequence.
    await server.command('ZADD', 'gad:\0removals', '1', 'seq');
    await store.remove(PREFIX);
    await store.remove(PREFIX);
    expect(gates.calls.filter((call) => call === 'REMOVE')).toHaveLength(2);
  });

  it('a full server and a replica do not pass for one where nothing is', async () => {
    await server.command('CONFIG', 'SET', 'maxmemory', '1');
    await store.remove(PREFIX);
    await server.command('CONFIG', 'SET', 'maxmemory', '0');
    expect(gates.calls.filter((call) => call === 'REMOVE')).toHaveLength(1);
    await server.command('REPLICAOF', '127.0.0.1', '1');
    await expect(store.remove(PREFIX)).rejects.toThrow();
    await server.command('REPLICAOF', 'NO', 'ONE');
  });
});

describe('The upkeep of the index by scripts that declare their keys', () => {
  it('a key that was filled again after the sweeper read its name stays in the index', async () => {
    for (let n = 0; n < 7; n++) await store.write(`k:${n}`, '1', undefined, MS);
    await server.command('DEL', 'gad:k:1', 'gad:k:2');
    const dropping = gates.before('DROP_DEAD');
    // The eighth addition after the first.
    await store.write('k:7', '1', undefined, MS);
    await store.write('k:8', '1', undefined, MS);
    await dropping.arrived;
    await other.write('k:1', '2', undefined, MS);
    dropping.release();
    while ((await members()).includes('k:2')) await new Promise((resolve) => setImmediate(resolve));
    expect(await members()).toContain('k:1');
    expect(await other.remove(selectPattern('k:1*'))).toBe(1);
  });
});

/** Keys that scripts used and did not declare while `body` ran, as MONITOR shows them. */
async function undeclared(body: () => Promise<void>): Promise<Set<string>> {
  const found = new Set<string>();
  let declared = new Set<string>();
  let ended = false;
  const monitor = createClient({ url: server.url });
  await monitor.connect();
  await monitor.monitor((line) => {
    const words = [...String(line).matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, word = '']) => word);
    const [verb = '', ...args] = words;
    if (verb === 'ECHO') ended = true;
    if (verb.startsWith('EVAL')) declared = new Set(args.slice(2, 2 + Number(args[1])));
    if (!String(line).includes('lua]') || /^(PUBLISH|TIME|INFO)$/.test(verb)) return;
    const keys = verb === 'MEMORY' ? args.slice(1, 2) : args.slice(0, verb === 'RENAME' ? 2 : 1);
    for (const key of keys) if (!declared.has(key)) found.add(key);
  });
  await body();
  await server.command('ECHO', 'end');
  await until(() => ended);
  monitor.destroy();
  return found;
}

async function everything(scripts: Scripts): Promise<void> {
  let aheadMs = 0;
  const clock = { ...systemClock, now: () => systemClock.now() + aheadMs };
  const used = await opened({ clock }, scripts);
  await until(() => used.connected);
  const keys = Array.from({ length: 20 }, (_, n) => `a:${n}`);
  for (const key of keys) expect(await used.fill(await leased(used, key), '1', 1e6, MS)).toBe(true);
  await used.write('a:20', 'x'.repeat(20_000), undefined, MS);
  await used.list(undefined, undefined, 10);
  await used.statistics();
  await used.remove(FILTERED, { committed: 'L 1' });
  await server.command('DEL', ...keys.map((key) => `gad:${key}`));
  // The next sample finds the dead, and the whole index is swept.
  aheadMs = 61_000;
  while ((await members()).includes('a:2')) await new Promise((resolve) => setImmediate(resolve));
  await used.remove(PREFIX, { committed: 'L 2' });
  await used.remove(selectKeys(['a:1', 'b']));
  await used.remove(ALL_KEYS);
}

describe('Scripts that declare their keys', () => {
  it('no script uses a key that it does not declare, whatever the store does', async () => {
    expect([...(await undeclared(() => everything('declared')))]).toEqual([]);
  });

  it('without the option scripts use keys that they find in the index', async () => {
    expect((await undeclared(() => everything('free'))).size).toBeGreaterThan(0);
  });
});
