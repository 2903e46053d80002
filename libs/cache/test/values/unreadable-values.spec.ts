import { describe, expect, it } from '@jest/globals';
import { brotliCompressSync, deflateSync } from 'node:zlib';
import { FakeClock } from '../../src/testing/fake-clock.js';
import { deferred, engineOver, redisPair, until } from '../support/fixtures.js';
import { storePairs } from '../support/store-pairs.js';
import { holdable } from '../support/two-engines.js';
import { enveloped, REPETITIVE } from '../support/stored-texts.js';
import { valueEngines } from '../support/value-engines.js';

const MAX_BYTES = 1_048_576;
const { pairs, server } = storePairs();

describe.each(pairs)('Values that cannot be read, on the %s:', (_, pair) => {
  const engines = valueEngines(pair);
  const { engine, stored, put, lines } = engines;

  it('a value of an unknown codec is a miss that stays, logged once per episode', async () => {
    const clock = new FakeClock();
    const cache = engine({}, { clock });
    const theirs = enveloped('json+lz77', 'AAAA');
    await put('k', theirs);
    expect(await cache.get('k')).toBeUndefined();
    expect(await cache.getMany(['k'])).toEqual([undefined]);
    expect(await cache.getOrSetEntry('k', () => 1)).toMatchObject({ value: 1, stored: false });
    expect(await stored('k')).toBe(theirs);
    expect(lines).toEqual([expect.stringContaining('json+lz77')]);
    await put('other', enveloped('msgpack', 'AQ=='));
    expect(await cache.get('other')).toBeUndefined();
    expect(lines).toHaveLength(2);
    clock.advance(60_000);
    await cache.get('k');
    expect(lines).toHaveLength(3);
    expect(cache.counts().corrupt).toBe(0);
  });

  it('made-up codec names fill neither the log nor the memory', async () => {
    const cache = engine({});
    for (let n = 0; n < 100; n++) {
      await put('k', enveloped(`x${n}`, ''));
      await cache.get('k');
    }
    expect(lines).toHaveLength(32);
  });

  const damaged = deflateSync(JSON.stringify(REPETITIVE));
  const bomb = '"' + 'x'.repeat(MAX_BYTES) + '"';
  it.each([
    ['a truncated payload', enveloped('json+deflate', damaged.subarray(0, -9))],
    ['an altered payload', enveloped('json+deflate', Buffer.from(damaged).fill(7, 20, 40))],
    ['a payload that is no base64', enveloped('json+br', '*****')],
    ['compressed text that is no JSON', enveloped('json+deflate', deflateSync('{broken'))],
    ['a header that makes no sense', '\x02some;thing\n1'],
    ['a bomb in deflate', enveloped('json+deflate', deflateSync(bomb))],
    ['a bomb in brotli', enveloped('json+br', brotliCompressSync(bomb))],
    ['text that is no JSON', '{broken'],
    ['nothing', ''],
  ])('%s is a miss, is logged and removed', async (what, text) => {
    // The in-process store keeps empty texts, Redis has a key for them too.
    const cache = engine({});
    for (const read of [() => cache.get('k'), () => cache.getMany(['k'])]) {
      await put('k', text);
      lines.length = 0;
      expect([what, await read()].flat()).toEqual([what, undefined]);
      expect(await stored('k')).toBeUndefined();
      expect((await engines.stores[0].list(undefined, undefined, 9)).items).toEqual([]);
      expect(lines).toEqual([expect.stringContaining('unreadable')]);
    }
    await put('k', text);
    expect(await cache.getOrSetEntry('k', () => 1)).toMatchObject({ value: 1, stored: true });
    expect(await cache.get('k')).toBe(1);
    expect(cache.counts().corrupt).toBe(3);
  });

  it('a good value that took the place of a corrupt one stays', async () => {
    const [mine] = engines.stores;
    const store = holdable(mine);
    const cache = engine({}, { store });
    await put('k', '{broken');
    const discard = store.hold('discard');
    const read = cache.get('k');
    await discard.arrived;
    await put('k', '{"n":1}');
    discard.release();
    expect(await read).toBeUndefined();
    expect(await cache.get('k')).toEqual({ n: 1 });
  });

  it('a lease that took the place of a corrupt value stays', async () => {
    const store = holdable(engines.stores[0]);
    const cache = engine({}, { store });
    await put('k', '{broken');
    const discard = store.hold('discard');
    const read = cache.get('k');
    await discard.arrived;
    const row = deferred<number>();
    const other = engine({});
    const loading = other.getOrSet('k', () => row.promise);
    await until(() => other.counts().loads === 1);
    discard.release();
    expect(await read).toBeUndefined();
    row.resolve(1);
    expect(await loading).toBe(1);
    expect(await cache.get('k')).toBe(1);
  });
});

describe('Values that cannot be read, in Redis:', () => {
  it('bytes of another application are a miss and removed, though they are no text', async () => {
    const [store, other] = await redisPair(server)();
    const cache = engineOver(store);
    await server().command('EVAL', "return redis.call('SET', 'gad:k', '\\200\\255\\0\\1')", '0');
    expect(await cache.get('k')).toBeUndefined();
    expect(await server().command('EXISTS', 'gad:k')).toBe(0);
    await Promise.all([store.close(), other.close()]);
  });
});
