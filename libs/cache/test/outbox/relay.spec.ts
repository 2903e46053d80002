import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { inTransaction } from '../../src/engine/in-transaction.js';
import { UNANNOUNCED } from '../../src/engine/open-transaction.js';
import { deferred } from '../support/fixtures.js';
import { settle } from '@gad/cache/testing';
import type { Member } from '../support/fleet.js';
import { Fleet } from '../support/fleet.js';

let fleet: Fleet;
let leader: Member;

beforeEach(async () => {
  fleet = new Fleet();
  leader = await fleet.join();
  await fleet.clock.advanceAsync(300);
});
afterEach(() => fleet.stop());

const put = async (...keys: string[]): Promise<void> => {
  for (const key of keys) await fleet.store.write(key, '1', undefined);
};
const left = async (): Promise<string[]> =>
  (await fleet.store.list(undefined, undefined, 100)).items.map(({ key }) => key);

describe('The relay', () => {
  it('the relay removes what the outbox invalidates: keys and patterns, each once', async () => {
    await put('a', 'b:1', 'b:2', 'c');
    fleet.log.append('a', 'b:*', 'a', 'b:*');
    await fleet.clock.advanceAsync(200);
    expect(await left()).toEqual(['c']);
    expect(leader.freshness.figures()).toMatchObject({ events: 4, event_lag_ms: 1, clears: 1 });
    expect(leader.gates.calls.filter((call) => call === 'removeWithoutAcks')).toHaveLength(3);
  });

  it('the relay is woken by an append', async () => {
    await put('a');
    fleet.log.append('a');
    fleet.log.announce();
    await fleet.clock.advanceAsync(5);
    expect(await left()).toEqual([]);
  });

  it('the relay shares a round among the appends of 50 ms, while these go on', async () => {
    await fleet.clock.advanceAsync(100);
    const { reads } = leader.log;
    for (let ms = 0; ms < 95; ms += 5) {
      fleet.log.append('a');
      fleet.log.announce();
      await fleet.clock.advanceAsync(5);
    }
    expect(leader.log.reads - reads).toBe(2);
    expect(fleet.books.cursor).not.toBe(fleet.log.end);
    await fleet.clock.advanceAsync(50);
    expect(fleet.books.cursor).toBe(fleet.log.end);
  });

  it('the relay removes everything when the outbox does not know the cursor', async () => {
    await put('a');
    fleet.log.name = 'M';
    await fleet.clock.advanceAsync(200);
    expect(await left()).toEqual([]);
    expect(leader.freshness.figures().clears).toBe(2);
    expect(leader.lines).toEqual([expect.stringContaining('the relay removes everything')]);
  });

  it('the relay removes everything when the cursor is gone, and begins at the position before its look', async () => {
    await put('a');
    fleet.books.cursor = undefined;
    fleet.books.serial++;
    await fleet.clock.advanceAsync(200);
    expect(await left()).toEqual([]);
    expect(fleet.books.cursor).toBe('L 0');
  });

  it('the relay removes everything rather than too many patterns', async () => {
    await put('innocent');
    fleet.log.append(...Array.from({ length: 5_001 }, (_, n) => `k:${n}:*`));
    await fleet.clock.advanceAsync(200);
    expect(await left()).toEqual([]);
  });

  it('the relay repeats a round that ended between the removals and the cursor', async () => {
    const gate = deferred<undefined>();
    leader.line.hold = gate.promise.then(() => undefined);
    fleet.log.append('a');
    await fleet.clock.advanceAsync(100);
    leader.line.generation++;
    await put('a');
    leader.line.hold = undefined;
    gate.resolve(undefined);
    await fleet.clock.advanceAsync(200);
    expect(await left()).toEqual([]);
    expect(fleet.books.cursor).toBe('L 1');
  });

  it('the relay waits for no acknowledgement of its removals', async () => {
    leader.disconnect();
    const copying = await fleet.joinWithCopies(500);
    await fleet.clock.advanceAsync(700);
    await put('a');
    const confirmed = copying.gates.before('remove');
    fleet.log.append('a');
    await fleet.clock.advanceAsync(200);
    expect(await left()).toEqual([]);
    expect(fleet.books.cursor).toBe('L 1');
    expect(copying.freshness.figures()).toMatchObject({ relay: 'leading', fresh: true });
    confirmed.release();
  });

  it('the relay gives no heartbeat for a slow round, and the next one at once', async () => {
    const gate = deferred<undefined>();
    leader.line.hold = gate.promise.then(() => undefined);
    fleet.log.append('a');
    await fleet.clock.advanceAsync(1_000);
    const { heartbeat } = fleet.books;
    leader.line.hold = undefined;
    gate.resolve(undefined);
    await settle();
    expect(fleet.books).toMatchObject({ cursor: 'L 1', heartbeat });
    expect(leader.freshness.figures().proof_age_ms).toBeGreaterThanOrEqual(800);
    await fleet.clock.advanceAsync(5);
    expect(fleet.books.heartbeat).toBe(heartbeat + 1);
  });

  it('the relay of a process that is late serves its own process, whose proof needs no heartbeat', async () => {
    await put('k');
    const { line } = leader;
    const end = line.endRound.bind(line);
    line.endRound = async (...args) => {
      await new Promise<void>((resolve) => fleet.clock.after(600, resolve));
      return end(...args);
    };
    await fleet.clock.advanceAsync(2_000);
    const { heartbeat } = fleet.books;
    for (let step = 0; step < 100; step++) {
      await fleet.clock.advanceAsync(20);
      const { fresh, proof_age_ms: proofAge } = leader.freshness.figures();
      expect(fresh).toBe(true);
      // Of the moment before the round read the log.
      expect(proofAge).toBeGreaterThanOrEqual(600);
    }
    expect(fleet.books.heartbeat).toBe(heartbeat);
  });

  it('the relay leaves the work to the leader, and takes over when that is gone or resigns', async () => {
    const other = await fleet.join();
    const { reads } = other.log;
    await fleet.clock.advanceAsync(1_000);
    expect(other.log.reads).toBe(reads);
    expect(other.freshness.figures().relay).toBe('following');
    leader.disconnect();
    await fleet.clock.advanceAsync(700);
    expect(other.freshness.figures()).toMatchObject({ relay: 'leading', fresh: true });
    leader.reconnect();
    await fleet.clock.advanceAsync(300);
    expect(leader.freshness.figures().relay).toBe('following');
    const closing = other.engine.close();
    await fleet.clock.advanceAsync(560);
    await closing;
    expect(leader.freshness.figures().relay).toBe('leading');
  });

  it('the relay of a follower asks for the lead only when heartbeats have stopped for 450 ms', async () => {
    const { line } = await fleet.join();
    const begin = line.beginRound.bind(line);
    let asked = 0;
    line.beginRound = () => {
      asked++;
      return begin();
    };
    await fleet.clock.advanceAsync(2_000);
    expect(asked).toBe(0);
    leader.disconnect();
    await fleet.clock.advanceAsync(240);
    expect(asked).toBe(0);
    await fleet.clock.advanceAsync(460);
    expect(asked).toBeGreaterThan(0);
  });

  it('the relay survives nonsense in the outbox, and logs it once', async () => {
    fleet.log.append('');
    await fleet.clock.advanceAsync(1_000);
    expect(leader.freshness.figures().relay).toBe('away');
    expect(leader.lines).toEqual(['Cache: the relay failed (CACHE_PATTERN_INVALID).']);
  });
});

describe('The relay after the writer', () => {
  /** Commits, and removes what that makes stale; the position of the write. */
  const write = async (member: Member, ...patterns: string[]): Promise<string> => {
    const position = fleet.log.append(...patterns);
    await member.engine.invalidate(patterns, { position, committedAt: fleet.clock.now() });
    return position;
  };
  const applied = async (): Promise<void> => {
    await fleet.clock.advanceAsync(200);
    expect(fleet.books.cursor).toBe(fleet.log.end);
  };

  it('the relay leaves the values that were stored after their writer’s removal', async () => {
    await write(leader, 'a', 'b:*');
    await write(leader, 'a');
    await put('a', 'b:1');
    await applied();
    expect(await left()).toEqual(['a', 'b:1']);
  });

  it('the relay leaves a value that was stored while its own removal was on the way', async () => {
    const removal = leader.gates.before('removeWithoutAcks');
    const position = fleet.log.append('a');
    await fleet.clock.advanceAsync(200);
    await removal.arrived;
    await leader.engine.invalidate(['a'], { position, committedAt: fleet.clock.now() });
    await put('a');
    removal.release();
    await applied();
    expect(await left()).toEqual(['a']);
  });

  it('the relay removes what another write needs, whose writer has not removed it', async () => {
    await write(leader, 'a');
    fleet.log.append('a');
    await put('a');
    await applied();
    expect(await left()).toEqual([]);
  });

  it('the relay removes the patterns of an event that its writer did not get to', async () => {
    const position = fleet.log.append('a', 'b:*');
    await leader.engine.invalidate(['a'], { position, committedAt: fleet.clock.now() });
    await put('a', 'b:1');
    await applied();
    expect(await left()).toEqual(['a']);
  });

  it('the relay removes what a log without positions made stale, beside the same with one', async () => {
    await write(leader, 'a');
    fleet.log.entries.push('a', 'c');
    await put('a', 'c');
    await applied();
    expect(await left()).toEqual([]);
    await write(leader, 'a');
    await put('a');
    fleet.log.entries.push('a', ...fleet.log.entries.slice(-1));
    await applied();
    expect(await left()).toEqual([]);
  });

  it('the relay removes once more what a writer removed by its retry queue, as that knows no commit', async () => {
    const writer = await fleet.join('bounded');
    writer.disconnect();
    await write(writer, 'a');
    leader.log.unavailable = true;
    writer.reconnect();
    await fleet.clock.advanceAsync(200);
    expect(writer.engine.counts().pending_removals).toBe(0);
    await put('a');
    leader.log.unavailable = false;
    await fleet.clock.advanceAsync(300);
    expect(await left()).toEqual([]);
  });

  it('the relay removes what was removed before a commit: in an open transaction, or when its outcome was not known', async () => {
    const early = { position: 'L 1', committedAt: fleet.clock.now() };
    const remove = (): Promise<boolean> => leader.engine.invalidate(['a', 'b:*'], early);
    const isOpen = (): boolean => true;
    UNANNOUNCED.add(isOpen);
    await remove().finally(() => UNANNOUNCED.delete(isOpen));
    const lost = async (body: () => Promise<unknown>): Promise<never> => {
      await body();
      throw new Error('the connection was lost during COMMIT');
    };
    await expect(inTransaction(lost, remove)).rejects.toThrow('COMMIT');
    // Read and stored before the commit, which comes after all.
    await put('a', 'b:1');
    expect(fleet.log.append('a')).toBe(early.position);
    await applied();
    expect(await left()).toEqual(['b:1']);
  });

  it('the relay leaves what a writer has removed that trusts its store as long as that answers', async () => {
    const writer = await fleet.join('bounded');
    await write(writer, 'a');
    await put('a');
    await applied();
    expect(await left()).toEqual(['a']);
  });

  it('the relay removes what its writer removed from another store', async () => {
    const alone = await fleet.joinAlone();
    // Its call ends when no other process may serve the old value; the removal is made at once.
    void write(alone, 'a');
    await put('a');
    await applied();
    expect(await left()).toEqual([]);
  });
});
