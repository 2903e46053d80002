import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { CacheEntry, GetOrSetOptions } from '@gad/cache';
import type { TestCache } from '@gad/cache/testing';
import { FakeClock, testCache } from '@gad/cache/testing';
import { AS_TEXT } from '../../src/values/json-text.js';
import type { Member } from '../support/fleet.js';
import { Fleet } from '../support/fleet.js';

/** As `@CacheAside` reads with `rawJson`. */
const TEXT: GetOrSetOptions = Object.freeze({ ttl: 60, [AS_TEXT]: true as const });

describe('A hit whose readers share the value', () => {
  let clock: FakeClock;
  let testing: TestCache;
  beforeEach(async () => {
    clock = new FakeClock();
    testing = testCache({ clock });
    await hit();
    await hit();
    testing.calls.reset();
  });

  const hit = (): Promise<CacheEntry<string>> =>
    testing.cache.getOrSetEntry('k', () => 'value', TEXT);
  const counts = (): readonly number[] => [
    testing.calls.count('read'),
    testing.calls.count('readWithLife'),
  ];

  it('is a plain read for a second after the end of its entry was read, and has the right ttl', async () => {
    clock.advance(900);
    expect(await hit()).toMatchObject({ hit: true, ttl: 60 });
    expect(counts()).toEqual([1, 0]);
    clock.advance(100);
    expect(await hit()).toMatchObject({ hit: true, ttl: 59 });
    expect(counts()).toEqual([1, 1]);
  });

  it('has the ttl of a text that replaced the known one', async () => {
    await testing.cache.set('k', 'other', { ttl: 10 });
    expect(await hit()).toMatchObject({ hit: true, ttl: 10 });
    expect(counts()).toEqual([1, 1]);
    expect(await hit()).toMatchObject({ hit: true, ttl: 10 });
    expect(counts()).toEqual([2, 1]);
  });

  it('is a miss after the removal of the known text', async () => {
    await testing.cache.delete('k');
    expect(await hit()).toMatchObject({ hit: false });
  });

  it('never ends after its entry', async () => {
    await testing.cache.set('k', 'short', { ttl: 0.5 });
    expect(await hit()).toMatchObject({ hit: true, ttl: 1 });
    clock.advance(500);
    expect(await hit()).toMatchObject({ hit: false, ttl: 60 });
  });

  it('is read with its life by readers that may have a stale value', async () => {
    const stale = { ...TEXT, ttl: 60, staleWhileRevalidate: 60 };
    for (let each = 0; each < 2; each++) {
      await testing.cache.getOrSetEntry('k', () => 'value', stale);
    }
    expect(counts()).toEqual([0, 2]);
  });
});

describe('A read that was sent under a freshness lease', () => {
  let fleet: Fleet;
  let process: Member;
  const load = (): string => 'new';
  beforeEach(async () => {
    fleet = new Fleet();
    process = await fleet.join();
    await fleet.clock.advanceAsync(300);
    await fleet.store.write('k', '"old"', undefined);
    expect(await process.engine.getOrSetEntry('k', load, TEXT)).toMatchObject({ hit: true });
  });
  afterEach(() => fleet.stop());

  const loseProof = (): Promise<void> => {
    process.log.unavailable = true;
    return fleet.clock.stall(30_000);
  };

  it('serves no known text whose answer arrives after the lease has lapsed', async () => {
    const answer = process.gates.after('read');
    const reading = process.engine.getOrSetEntry('k', load, TEXT);
    await answer.arrived;
    await loseProof();
    answer.release();
    expect(await reading).toMatchObject({ hit: false });
  });

  it('serves nothing that was read ahead if the lease has lapsed when it is asked for', async () => {
    const ahead = process.engine.readAhead('k', TEXT);
    expect(await ahead?.sent).toMatchObject({ staleness: 'fresh' });
    await loseProof();
    const entry = await process.engine.getOrSetEntry('k', load, TEXT, ahead);
    expect(entry).toMatchObject({ hit: false });
  });
});
