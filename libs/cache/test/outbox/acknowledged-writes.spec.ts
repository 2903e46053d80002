import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { CommitPosition } from '@gad/cache';
import { settle } from '@gad/cache/testing';
import { inTransaction } from '@gad/cache/transactions';
import { deferred } from '../support/fixtures.js';
import type { Member } from '../support/fleet.js';
import { Fleet } from '../support/fleet.js';

let fleet: Fleet;

beforeEach(() => {
  fleet = new Fleet();
});
afterEach(() => fleet.stop());

/** Commits, and invalidates what was cached of the old value. */
function write(member: Member, pattern = 'k:*'): { outcome: () => unknown } {
  const written: CommitPosition = {
    position: fleet.log.append(pattern),
    committedAt: fleet.clock.now(),
  };
  let outcome: unknown = 'waiting';
  void member.engine.invalidate([pattern], written).then((done) => (outcome = done));
  return { outcome: () => outcome };
}

describe('A write in the outbox', () => {
  let writer: Member;
  let other: Member;

  beforeEach(async () => {
    writer = await fleet.join();
    other = await fleet.join();
    await fleet.clock.advanceAsync(500);
  });

  it('a write is acknowledged as soon as the store has confirmed its removals', async () => {
    await fleet.store.write('k:1', '1', undefined);
    const { outcome } = write(writer);
    await settle();
    expect(outcome()).toBe(true);
    expect(await fleet.store.read('k:1')).toBeUndefined();
    expect(writer.engine.counts().pending_removals).toBe(0);
  });

  it('a write that a new primary confirmed waits for readers of the former one', async () => {
    await fleet.store.write('k:1', '1', undefined);
    fleet.books.primarySince = fleet.clock.now();
    await fleet.clock.advanceAsync(300);
    const { outcome } = write(writer);
    await settle();
    expect(await fleet.store.read('k:1')).toBeUndefined();
    await fleet.clock.advanceAsync(1_200);
    expect(outcome()).toBe('waiting');
    await fleet.clock.advanceAsync(200);
    expect(outcome()).toBe(true);
    const later = write(writer);
    await settle();
    expect(later.outcome()).toBe(true);
  });

  it('a write waits the commit wait where a new connection does not know the age of its server', async () => {
    writer.line.generation++;
    const { outcome } = write(writer);
    await fleet.clock.advanceAsync(1_490);
    expect(outcome()).toBe('waiting');
    await fleet.clock.advanceAsync(20);
    expect(outcome()).toBe(true);
  });

  it('a write in a transaction waits from its commit on, whatever time its caller gave', async () => {
    const commit = deferred<void>();
    const open = async (body: () => Promise<unknown>): Promise<unknown> => {
      const result = await body();
      await commit.promise;
      return result;
    };
    const written = { position: fleet.log.append('k'), committedAt: fleet.clock.now() };
    let outcome = 'waiting';
    const write = inTransaction(open, () => writer.engine.invalidate(['k'], written));
    void write.then(() => (outcome = 'acknowledged'));
    await fleet.clock.advanceAsync(1_000);
    writer.line.generation++;
    commit.resolve();
    await fleet.clock.advanceAsync(1_490);
    expect(outcome).toBe('waiting');
    await fleet.clock.advanceAsync(20);
    expect(outcome).toBe('acknowledged');
  });

  it('a write waits for the relay’s cursor when its own removal failed', async () => {
    const failing = writer.gates.before('remove');
    const { outcome } = write(writer, 'k');
    await failing.arrived;
    await fleet.clock.advanceAsync(60);
    expect(outcome()).toBe('waiting');
    await fleet.clock.advanceAsync(300);
    expect(outcome()).toBe(true);
    failing.release();
  });

  it('a write waits until unacknowledged copies have lapsed when the relay removed', async () => {
    const confirmMs = 400;
    const copying = await fleet.joinWithCopies(confirmMs);
    const slow = copying.gates.before('remove');
    const { outcome } = write(copying, 'k');
    await slow.arrived;
    // For so long the writer waits for the store and for the confirmations …
    await fleet.clock.advanceAsync(50 + confirmMs);
    // … then the cursor, which is read at once, and from there on the copies.
    await fleet.clock.advanceAsync(confirmMs - 10);
    expect(outcome()).toBe('waiting');
    await fleet.clock.advanceAsync(200);
    expect(outcome()).toBe(true);
    slow.release();
  });

  it('a write is acknowledged when a slow removal is confirmed after all', async () => {
    writer.log.unavailable = other.log.unavailable = true;
    const slow = writer.gates.before('remove');
    const { outcome } = write(writer, 'k');
    await slow.arrived;
    await fleet.clock.advanceAsync(200);
    expect(outcome()).toBe('waiting');
    slow.release();
    await settle();
    expect(outcome()).toBe(true);
  });

  it('a write that is cut off from the store waits until every freshness lease has expired', async () => {
    await fleet.store.write('k:1', '"old"', undefined);
    writer.disconnect();
    // No relay applies the log, and the others still hold a freshness lease.
    other.log.unavailable = true;
    const { outcome } = write(writer);
    const served: unknown[] = [];
    for (let ms = 0; ms < 1_600; ms += 20) {
      await fleet.clock.advanceAsync(20);
      const value = await other.engine.get('k:1');
      if (outcome() !== 'waiting') served.push(value);
    }
    expect(outcome()).toBe(false);
    expect(served.length).toBeGreaterThan(0);
    expect(new Set(served)).toEqual(new Set([undefined]));
  });

  it('a removal that failed is not pending, because the relay makes it', async () => {
    writer.disconnect();
    other.log.unavailable = true;
    const { outcome } = write(writer);
    await fleet.clock.advanceAsync(2_000);
    expect(outcome()).toBe(false);
    expect(writer.engine.counts().pending_removals).toBe(0);
    writer.reconnect();
    other.log.unavailable = false;
    await fleet.clock.advanceAsync(1_000);
    expect(await writer.engine.getOrSet('k:1', () => 1)).toBe(1);
    expect(await writer.engine.getOrSet('k:1', () => 2)).toBe(1);
  });

  it('with bounded consistency a write does not wait, and its removal is pending', async () => {
    const bounded = await fleet.join('bounded');
    bounded.disconnect();
    const { outcome } = write(bounded);
    await settle();
    expect(outcome()).toBe(false);
    expect(bounded.engine.counts().pending_removals).toBe(1);
    bounded.reconnect();
    await fleet.clock.advanceAsync(200);
    expect(bounded.engine.counts().pending_removals).toBe(0);
  });
});

describe('A write over stores in the processes’ own memory', () => {
  it('a write waits until every other process must have applied it or stopped serving', async () => {
    const [a, b] = [await fleet.joinAlone(), await fleet.joinAlone()];
    let state = 1;
    const read = (member: Member): Promise<number> => member.engine.getOrSet('k:1', () => state);
    expect([await read(a), await read(b)]).toEqual([1, 1]);
    b.log.unavailable = true;
    state = 2;
    const { outcome } = write(a);
    await settle();
    expect(await read(a)).toBe(2);
    expect(await read(b)).toBe(1);
    for (let ms = 0; outcome() === 'waiting'; ms += 5) {
      if (ms > 400) throw new Error('waits too long');
      await fleet.clock.advanceAsync(5);
    }
    expect(outcome()).toBe(true);
    expect(await read(b)).toBe(2);
  });

  it('a write is applied by the relay of every process', async () => {
    const [a, b] = [await fleet.joinAlone(), await fleet.joinAlone()];
    await b.engine.getOrSet('k:1', () => 1);
    write(a);
    fleet.log.announce();
    await fleet.clock.advanceAsync(5);
    expect(await b.engine.get('k:1')).toBeUndefined();
    expect(b.freshness.figures()).toMatchObject({ relay: 'leading', fresh: true });
  });

  it('a write does not wait when there is no other process', async () => {
    const only = await fleet.joinAlone();
    only.log.isAlone = true;
    const { outcome } = write(only);
    await settle();
    expect(outcome()).toBe(true);
  });
});
