import { beforeEach, describe, expect, it } from '@jest/globals';
import { InvalidationStream } from './invalidation-stream.js';
import type { KeySelection } from '../keys/key-selection.js';
import { FakeClock } from '@gad/cache/testing';

const BOUND_MS = 500;

describe('The invalidation stream', () => {
  let clock: FakeClock;
  let stream: InvalidationStream;
  /** What the copies received. */
  let events: (KeySelection | 'flush')[];

  beforeEach(() => {
    clock = new FakeClock();
    events = [];
    const copies = {
      drop: (removed: KeySelection) => void events.push(removed),
      flush: () => void events.push('flush'),
    };
    stream = new InvalidationStream(copies, clock, BOUND_MS);
  });

  const readable = (): boolean => clock.now() < stream.freshUntil;

  function find(sequence: number): void {
    const probe = stream.beginProbe();
    if (probe === undefined) throw new Error('nothing can be proved');
    stream.completeProbe(probe, sequence);
  }

  function start(sequence: number): void {
    stream.subscribed();
    find(sequence);
    events = [];
  }

  it('the stream lets nothing be read before a probe was answered', () => {
    expect(stream.beginProbe()).toBeUndefined();
    stream.subscribed();
    expect(readable()).toBe(false);
    find(10);
    expect(readable()).toBe(true);
  });

  it('the stream counts the bound from the sending of a probe, not from its answer', async () => {
    stream.subscribed();
    const probe = stream.beginProbe();
    await clock.advanceAsync(400);
    if (probe !== undefined) stream.completeProbe(probe, 10);
    expect(readable()).toBe(true);
    await clock.advanceAsync(100);
    expect(readable()).toBe(false);
  });

  it('the stream drops what a message covers, and no more, while none is missing', () => {
    start(10);
    stream.onMessage(10, 20, 'ka\nb');
    stream.onMessage(20, 21, 'gstats:*');
    expect(events).toMatchObject([
      { kind: 'keys', keys: ['a', 'b'] },
      { kind: 'pattern', glob: { source: 'stats:*' } },
    ]);
    expect(stream.gaps).toBe(0);
  });

  it('the stream flushes at a gap, and goes on from there', () => {
    start(10);
    stream.onMessage(15, 20, 'ka');
    stream.onMessage(20, 30, 'kb');
    expect(events).toMatchObject(['flush', { keys: ['b'] }]);
    expect(stream.gaps).toBe(1);
  });

  it('the stream flushes on a message that it does not understand', () => {
    start(10);
    stream.onMessage(10, 20, 'z?');
    stream.onMessage(20, 30, `g${'x'.repeat(600)}`);
    expect(events).toEqual([{ kind: 'all' }, { kind: 'all' }]);
  });

  it('the stream proves nothing after a probe that saw a removal without its message', async () => {
    start(10);
    await clock.advanceAsync(300);
    find(20);
    await clock.advanceAsync(200);
    expect(readable()).toBe(false);
    expect(stream.lagMs).toBe(200);
    stream.onMessage(10, 20, 'ka');
    expect(readable()).toBe(true);
    expect(stream.lagMs).toBe(0);
    // 500 since that probe was sent.
    await clock.advanceAsync(300);
    expect(readable()).toBe(false);
  });

  it('the stream is not starved by removals that are always one message ahead', async () => {
    start(10);
    for (let at = 0; at < 20; at++) {
      find(11 + at);
      await clock.advanceAsync(100);
      if (at > 0) stream.onMessage(9 + at, 10 + at, 'ka');
      expect(readable()).toBe(true);
    }
    expect(stream.gaps).toBe(0);
  });

  it('the stream does not count a proof that came too late', async () => {
    start(10);
    find(20);
    await clock.advanceAsync(BOUND_MS);
    stream.onMessage(10, 20, 'ka');
    expect(readable()).toBe(false);
  });

  it('the stream accepts a message that overtook the answer of an earlier probe', () => {
    start(10);
    const probe = stream.beginProbe();
    stream.onMessage(10, 20, 'ka');
    if (probe !== undefined) stream.completeProbe(probe, 10);
    expect(events).toMatchObject([{ keys: ['a'] }]);
    expect(readable()).toBe(true);
  });

  it('the stream flushes when the store has gone back in time', () => {
    start(10);
    find(9);
    expect(events).toEqual(['flush']);
    stream.onMessage(9, 12, 'ka');
    expect(events).toMatchObject(['flush', { keys: ['a'] }]);
  });

  it('the stream flushes at the first probe, as the message of an earlier removal may come later', () => {
    stream.subscribed();
    events = [];
    // What was read in between may be what the message that ends at 10 is about.
    find(10);
    expect(events).toEqual(['flush']);
    stream.onMessage(8, 10, 'ka');
    expect(events).toEqual(['flush']);
  });

  it('the stream does not mistake the message that the first probe has seen for a gap', () => {
    start(10);
    stream.onMessage(8, 10, 'ka');
    expect(events).toEqual([]);
    stream.onMessage(10, 11, 'kb');
    expect(events).toMatchObject([{ keys: ['b'] }]);
  });

  it('the stream has flushed by the time a first probe was answered, whatever came before', () => {
    stream.subscribed();
    const probe = stream.beginProbe();
    stream.onMessage(8, 9, 'ka');
    stream.onMessage(9, 10, 'kb');
    events = [];
    if (probe !== undefined) stream.completeProbe(probe, 8);
    expect(readable()).toBe(true);
    stream.onMessage(10, 11, 'kc');
    expect(events).toMatchObject([{ keys: ['c'] }]);
  });

  it.each([
    ['the subscription is lost', () => stream.disconnected()],
    ['there is another subscription', () => stream.subscribed()],
    ['the store was reached anew', () => stream.reconnected()],
  ])('the stream flushes, and forgets its proofs, when %s', (_, happen) => {
    start(10);
    const probe = stream.beginProbe();
    happen();
    expect(events).toEqual(['flush']);
    expect(readable()).toBe(false);
    if (probe !== undefined) stream.completeProbe(probe, 10);
    expect(readable()).toBe(false);
  });

  it('the stream needs a subscription, not only a connection, to prove anything', () => {
    stream.reconnected();
    expect(stream.beginProbe()).toBeUndefined();
    start(10);
    stream.reconnected();
    find(10);
    expect(readable()).toBe(true);
    stream.disconnected();
    expect(stream.beginProbe()).toBeUndefined();
    stream.onMessage(10, 20, 'ka');
    stream.subscribed();
    find(20);
    expect(events).not.toContainEqual(expect.objectContaining({ kind: 'keys' }));
  });
});
