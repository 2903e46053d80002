import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { deferred } from '../support/fixtures.js';
import { settle } from '@gad/cache/testing';
import type { Member } from '../support/fleet.js';
import { Fleet } from '../support/fleet.js';

const LEASE_MS = 1_500;

let fleet: Fleet;
let leader: Member;
let other: Member;

beforeEach(async () => {
  fleet = new Fleet();
  leader = await fleet.join();
  other = await fleet.join();
  await fleet.clock.advanceAsync(300);
});
afterEach(() => fleet.stop());

const old = (member: Member): Promise<string> =>
  member.engine.getOrSet('k', () => 'new', { ttl: 60 });
const putOld = (): Promise<void> => fleet.store.write('k', '"old"', undefined);

describe('The freshness lease', () => {
  it('the freshness lease lets every process serve while the leader’s heartbeat comes', async () => {
    await putOld();
    for (let second = 0; second < 10; second++) {
      await fleet.clock.advanceAsync(1_000);
      expect(await old(leader)).toBe('old');
      expect(await old(other)).toBe('old');
    }
    expect(leader.freshness.figures()).toMatchObject({ relay: 'leading', fresh: true });
    expect(other.freshness.figures()).toMatchObject({ relay: 'following', fresh: true });
  });

  it('the freshness lease lapses when no relay applies the outbox; then the loader answers, unstored', async () => {
    await putOld();
    leader.log.unavailable = other.log.unavailable = true;
    await fleet.clock.advanceAsync(LEASE_MS + 100);
    expect(await old(leader)).toBe('new');
    expect(await old(other)).toBe('new');
    expect(await other.engine.get('k')).toBeUndefined();
    expect(await other.engine.getMany(['k'])).toEqual([undefined]);
    expect(await other.engine.acquireLease('absent')).toBeUndefined();
    expect(await fleet.store.read('k')).toBe('"old"');
  });

  it('the freshness lease is renewed while the store is too slow for requests', async () => {
    leader.slow();
    other.slow();
    await fleet.clock.advanceAsync(LEASE_MS + 100);
    for (const { freshness } of [leader, other]) {
      expect(freshness.figures()).toMatchObject({ fresh: true });
      expect(freshness.figures().proof_age_ms).toBeLessThan(LEASE_MS);
    }
  });

  it('the freshness lease is never longer than the horizon after its proof', async () => {
    let age = 0;
    for (let step = 0; step < 200; step++) {
      if (step === 100) leader.log.unavailable = other.log.unavailable = true;
      await fleet.clock.advanceAsync(20);
      const { proof_age_ms: proofAge, fresh } = other.freshness.figures();
      expect(fresh).toBe((proofAge ?? Infinity) < LEASE_MS);
      age = Math.max(age, proofAge ?? Infinity);
    }
    expect(age).toBeGreaterThan(LEASE_MS);
  });

  it('the freshness lease has lapsed in a process that slept, and an old heartbeat does not renew it', async () => {
    await putOld();
    leader.log.unavailable = other.log.unavailable = true;
    await fleet.clock.advanceAsync(50);
    fleet.books.heartbeat++;
    await fleet.clock.stall(30_000);
    expect(await old(other)).toBe('new');
    await settle();
    expect(await old(other)).toBe('new');
    expect(other.freshness.figures().fresh).toBe(false);
  });

  it('the freshness lease is checked again when the answer is used', async () => {
    await putOld();
    for (const read of [
      () => old(other),
      () => other.engine.getOrSetEntry('k', () => 'new').then(({ value }) => value),
      () => other.engine.get('k').then((value) => value ?? 'new'),
      () => other.engine.getMany(['k']).then(([value]) => value ?? 'new'),
    ]) {
      await fleet.clock.advanceAsync(500);
      const held = other.gates.after((call) => call.startsWith('read'));
      const answer = read();
      await Promise.race([held.arrived, answer]);
      leader.log.unavailable = other.log.unavailable = true;
      await fleet.clock.stall(LEASE_MS + 100);
      held.release();
      expect(await answer).toBe('new');
      leader.log.unavailable = other.log.unavailable = false;
    }
  });

  it('a new connection needs a heartbeat that covers the outbox as it was then', async () => {
    await putOld();
    other.line.generation++;
    expect(await old(other)).toBe('new');
    fleet.log.append('unrelated');
    leader.line.cut = true;
    await fleet.clock.advanceAsync(50);
    // A heartbeat of a relay that has not applied what was committed before this connection.
    fleet.books.heartbeat++;
    await fleet.clock.advanceAsync(100);
    fleet.books.heartbeat++;
    await fleet.clock.advanceAsync(100);
    expect(other.freshness.figures().fresh).toBe(false);
    leader.line.cut = false;
    await fleet.clock.advanceAsync(400);
    expect(other.freshness.figures().fresh).toBe(true);
    expect(await old(other)).toBe('old');
  });

  it('a server that became primary anew over the same connection is served only when a heartbeat covers the outbox again', async () => {
    await putOld();
    leader.line.cut = true;
    fleet.log.append('unrelated');
    fleet.books.term++;
    fleet.books.heartbeat += 10;
    await fleet.clock.advanceAsync(200);
    // The heartbeat is another one, and was written before the removals that this server lacks.
    expect(await old(other)).toBe('new');
    fleet.books.heartbeat++;
    await fleet.clock.advanceAsync(100);
    expect(await old(other)).toBe('new');
    leader.line.cut = false;
    await fleet.clock.advanceAsync(400);
    expect(await old(other)).toBe('old');
  });

  it('the leader itself serves nothing from a server that became primary anew, until its next round', async () => {
    await putOld();
    const gate = deferred<undefined>();
    leader.line.hold = gate.promise.then(() => undefined);
    await fleet.clock.advanceAsync(100);
    fleet.books.term++;
    fleet.books.serial++;
    leader.line.hold = undefined;
    gate.resolve(undefined);
    await fleet.clock.advanceAsync(0);
    leader.log.unavailable = true;
    await fleet.clock.advanceAsync(150);
    expect(await old(leader)).toBe('new');
    leader.log.unavailable = false;
    await fleet.clock.advanceAsync(200);
    expect(await old(leader)).toBe('old');
  });

  it('a process that is asked nothing looks half as often, and its lease never runs out', async () => {
    const looks = async (): Promise<number> => {
      const { line } = other;
      const observe = line.observe.bind(line);
      let count = 0;
      line.observe = () => {
        count++;
        return observe();
      };
      for (let step = 0; step < 200; step++) {
        await fleet.clock.advanceAsync(20);
        expect(other.freshness.figures().fresh).toBe(true);
      }
      line.observe = observe;
      return count;
    };
    const { store } = fleet;
    await store.write('k', '"old"', undefined);
    await fleet.clock.advanceAsync(500);
    expect(await looks()).toBeLessThanOrEqual(20);
  });

  it('the relay of another database grants no freshness lease', async () => {
    await putOld();
    const { log } = other;
    log.includes = (cursor, position) => !cursor.startsWith('L ') && position !== '';
    await fleet.clock.advanceAsync(LEASE_MS + 200);
    expect(await old(other)).toBe('new');
    expect(other.freshness.figures().fresh).toBe(false);
  });

  it('the freshness lease comes back soon after the database was restored, also for late processes', async () => {
    leader.log.unavailable = other.log.unavailable = true;
    await fleet.clock.advanceAsync(LEASE_MS + 100);
    fleet.log.name = 'restored';
    leader.log.unavailable = false;
    await fleet.clock.advanceAsync(400);
    await putOld();
    expect(await old(leader)).toBe('old');
    expect(await old(other)).toBe('new');
    other.log.unavailable = false;
    await fleet.clock.advanceAsync(400);
    expect(await old(other)).toBe('old');
  });

  it('the freshness lease counts what the round may have taken before its heartbeat', async () => {
    const gate = deferred<undefined>();
    leader.line.hold = gate.promise.then(() => undefined);
    await fleet.clock.advanceAsync(100);
    const { cursor, heartbeat } = fleet.books;
    await fleet.clock.advanceAsync(400);
    gate.resolve(undefined);
    await fleet.clock.advanceAsync(0);
    expect(fleet.books).toEqual(expect.objectContaining({ cursor, heartbeat: heartbeat + 1 }));
    leader.log.unavailable = other.log.unavailable = true;
    await fleet.clock.advanceAsync(100);
    // The round read the log at least 400 ms before its heartbeat.
    expect(other.freshness.figures().proof_age_ms).toBeGreaterThanOrEqual(400);
  });

  it('the freshness lease is logged once when it lapses, and once when it is back', async () => {
    leader.log.unavailable = other.log.unavailable = true;
    await fleet.clock.advanceAsync(20_000);
    leader.log.unavailable = other.log.unavailable = false;
    await fleet.clock.advanceAsync(2_000);
    expect(leader.lines).toEqual([
      'Cache: the relay cannot read the log (Error).',
      'Cache: the store is not proved fresh; reads bypass it until it is.',
      'Cache: the relay has recovered.',
      'Cache: the store is proved to be fresh.',
    ]);
  });
});

describe('With bounded consistency', () => {
  it('with bounded consistency the store is served without proof, and the statistics say so', async () => {
    const bounded = await fleet.join('bounded');
    await putOld();
    leader.log.unavailable = other.log.unavailable = bounded.log.unavailable = true;
    await fleet.clock.advanceAsync(5_000);
    expect(await old(bounded)).toBe('old');
    expect(bounded.freshness.figures()).toMatchObject({ consistency: 'bounded', fresh: false });
    expect(bounded.lines).toContain(
      'Cache: the store is not proved fresh; its values are still served (consistency: bounded).',
    );
  });
});
