import { beforeEach, describe, expect, it } from '@jest/globals';
import { InvalidationStream } from './invalidation-stream.js';
import type { KeySelection } from '../keys/key-selection.js';
import { FakeClock } from '@gad/cache/testing';

const BOUND_MS = 500;

describe('The invalidation stream', () => {
  let clock: FakeClock;
  let chain: InvalidationStream;
  /** What the copies received. */
  let told: (KeySelection | 'flush')[];

  beforeEach(() => {
    clock = new FakeClock();
    told = [];
    const copies = {
      drop: (removed: KeySelection) => void told.push(removed),
      flush: () => void told.push('flush'),
    };
    chain = new InvalidationStream(copies, clock, BOUND_MS);
  });

  const readable = (): boolean => clock.now() < chain.freshUntil;

  function find(sequence: number): void {
    const look = chain.beginProbe();
    if (look === undefined) throw new Error('nothing can be proved');
    chain.completeProbe(look, sequence);
  }

  function start(sequence: number): void {
    chain.subscribed();
    find(sequence);
    told = [];
  }

  it('the stream lets nothing be read before a look was answered', () => {
    expect(chain.beginProbe()).toBeUndefined();
    chain.subscribed();
    expect(readable()).toBe(false);
    find(10);
    expect(readable()).toBe(true);
  });

  it('the stream counts the bound from the sending of a look, not from its answer', async () => {
    chain.subscribed();
    const look = chain.beginProbe();
    await clock.advanceAsync(400);
    if (look !== undefined) chain.completeProbe(look, 10);
    expect(readable()).toBe(true);
    await clock.advanceAsync(100);
    expect(readable()).toBe(false);
  });

  it('the stream drops what a message covers, and no more, while none is missing', () => {
    start(10);
    chain.onMessage(10, 20, 'ka\nb');
    chain.onMessage(20, 21, 'gstats:*');
    expect(told).toMatchObject([
      { kind: 'keys', keys: ['a', 'b'] },
      { kind: 'pattern', glob: { source: 'stats:*' } },
    ]);
    expect(chain.gaps).toBe(0);
  });

  it('the stream flushes at a gap, and goes on from there', () => {
    start(10);
    chain.onMessage(15, 20, 'ka');
    chain.onMessage(20, 30, 'kb');
    expect(told).toMatchObject(['flush', { keys: ['b'] }]);
    expect(chain.gaps).toBe(1);
  });

  it('the stream flushes on a message that it does not understand', () => {
    start(10);
    chain.onMessage(10, 20, 'z?');
    chain.onMessage(20, 30, `g${'x'.repeat(600)}`);
    expect(told).toEqual([{ kind: 'all' }, { kind: 'all' }]);
  });

  it('the stream proves nothing after a look that saw a removal without its message', async () => {
    start(10);
    await clock.advanceAsync(300);
    find(20);
    await clock.advanceAsync(200);
    expect(readable()).toBe(false);
    expect(chain.lagMs).toBe(200);
    chain.onMessage(10, 20, 'ka');
    expect(readable()).toBe(true);
    expect(chain.lagMs).toBe(0);
    // 500 since that probe was sent.
    await clock.advanceAsync(300);
    expect(readable()).toBe(false);
  });

  it('the stream is not starved by removals that are always one message ahead', async () => {
    start(10);
    for (let at = 0; at < 20; at++) {
      find(11 + at);
      await clock.advanceAsync(100);
      if (at > 0) chain.onMessage(9 + at, 10 + at, 'ka');
      expect(readable()).toBe(true);
    }
    expect(chain.gaps).toBe(0);
  });

  it('the stream does not count a proof that came too late', async () => {
    start(10);
    find(20);
    await clock.advanceAsync(BOUND_MS);
    chain.onMessage(10, 20, 'ka');
    expect(readable()).toBe(false);
  });

  it('the stream accepts a message that overtook the answer of an earlier look', () => {
    start(10);
    const look = chain.beginProbe();
    chain.onMessage(10, 20, 'ka');
    if (look !== undefined) chain.completeProbe(look, 10);
    expect(told).toMatchObject([{ keys: ['a'] }]);
    expect(readable()).toBe(true);
  });

  it('the stream flushes when the store has gone back in time', () => {
    start(10);
    find(9);
    expect(told).toEqual(['flush']);
    chain.onMessage(9, 12, 'ka');
    expect(told).toMatchObject(['flush', { keys: ['a'] }]);
  });

  it('the stream flushes at the first look, as the message of an earlier removal may come later', () => {
    chain.subscribed();
    told = [];
    // What was read in between may be what the message that ends at 10 is about.
    find(10);
    expect(told).toEqual(['flush']);
    chain.onMessage(8, 10, 'ka');
    expect(told).toEqual(['flush']);
  });

  it('the stream does not mistake the message that the first look has seen for a gap', () => {
    start(10);
    chain.onMessage(8, 10, 'ka');
    expect(told).toEqual([]);
    chain.onMessage(10, 11, 'kb');
    expect(told).toMatchObject([{ keys: ['b'] }]);
  });

  it('the stream has flushed by the time a first look was answered, whatever came before', () => {
    chain.subscribed();
    const look = chain.beginProbe();
    chain.onMessage(8, 9, 'ka');
    chain.onMessage(9, 10, 'kb');
    told = [];
    if (look !== undefined) chain.completeProbe(look, 8);
    expect(readable()).toBe(true);
    chain.onMessage(10, 11, 'kc');
    expect(told).toMatchObject([{ keys: ['c'] }]);
  });

  it.each([
    ['the subscription is lost', () => chain.disconnected()],
    ['there is another subscription', () => chain.subscribed()],
    ['the store was reached anew', () => chain.reconnected()],
  ])('the stream flushes, and forgets its proofs, when %s', (_, happen) => {
    start(10);
    const look = chain.beginProbe();
    happen();
    expect(told).toEqual(['flush']);
    expect(readable()).toBe(false);
    if (look !== undefined) chain.completeProbe(look, 10);
    expect(readable()).toBe(false);
  });

  it('the stream needs a subscription, not only a connection, to prove anything', () => {
    chain.reconnected();
    expect(chain.beginProbe()).toBeUndefined();
    start(10);
    chain.reconnected();
    find(10);
    expect(readable()).toBe(true);
    chain.disconnected();
    expect(chain.beginProbe()).toBeUndefined();
    chain.onMessage(10, 20, 'ka');
    chain.subscribed();
    find(20);
    expect(told).not.toContainEqual(expect.objectContaining({ kind: 'keys' }));
  });
});
