import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { selectKeys } from '../../src/keys/key-selection.js';
import type { Member } from '../support/fleet.js';
import { Fleet } from '../support/fleet.js';

const HORIZON_MS = 1_500;
const KEY = 'stats:user:2:days:30';
const LOCAL = { ttl: 3_600, local: 3_600 };

/** Copies of a process whose messages stand all the time: the proof alone decides. */
describe('Copies under the freshness lease', () => {
  let fleet: Fleet;
  let process: Member;
  beforeEach(async () => {
    fleet = new Fleet();
    process = await fleet.joinWithCopies();
    await fleet.clock.advanceAsync(300);
    await put('old');
  });
  afterEach(() => fleet.stop());

  const put = (value: string): Promise<void> =>
    fleet.store.write(KEY, JSON.stringify(value), undefined);
  const read = (): Promise<string> => process.engine.getOrSet(KEY, () => 'source', LOCAL);
  const copies = () => process.engine.counts().copies;

  async function loseProof(): Promise<void> {
    process.log.unavailable = true;
    await fleet.clock.advanceAsync(HORIZON_MS + 100);
    expect(process.freshness.trusted).toBe(false);
  }

  async function regainProof(): Promise<void> {
    process.log.unavailable = false;
    await fleet.clock.advanceAsync(300);
    expect(process.freshness.trusted).toBe(true);
  }

  it('copies are served for as long as the freshness lease is renewed', async () => {
    await read();
    // The first proof of all was such a change, too.
    expect(copies()).toMatchObject({ flushes: 1 });
    for (let second = 1; second <= 10; second++) {
      await fleet.clock.advanceAsync(1_000);
      expect(await read()).toBe('old');
      expect(copies()).toMatchObject({ hits: second, flushes: 1 });
    }
  });

  it('copies are neither served nor made without a freshness lease', async () => {
    await read();
    expect(await read()).toBe('old');
    await loseProof();
    expect(await read()).toBe('source');
    const { value, hit } = await process.engine.getOrSetEntry('other', () => 1, LOCAL);
    expect({ value, hit }).toEqual({ value: 1, hit: false });
    expect(copies()).toMatchObject({ hits: 1, entries: 1 });
  });

  it('copies are not served when the lease has lapsed for a process that slept', async () => {
    await read();
    process.log.unavailable = true;
    await fleet.clock.stall(HORIZON_MS + 100);
    expect(await read()).toBe('source');
    expect(copies()).toMatchObject({ hits: 0 });
  });

  it.each([
    ['a read came meanwhile', () => read()],
    ['no read came meanwhile', () => Promise.resolve('source')],
  ])('copies of one epoch are not served in the next: %s', async (_, meanwhile) => {
    await read();
    expect(await read()).toBe('old');
    await loseProof();
    expect(await meanwhile()).toBe('source');
    // Applied by a relay; the message about it is still on its way when the heartbeat is seen.
    await put('new');
    await regainProof();
    expect(await read()).toBe('new');
    expect(await read()).toBe('new');
    expect(copies()).toMatchObject({ hits: 2, entries: 1, flushes: 2 });
  });

  it('no copy is made of a value that was being stored when the lease lapsed', async () => {
    await fleet.store.remove(selectKeys([KEY]));
    const stored = process.gates.after('fill');
    const reading = read();
    await stored.arrived;
    await loseProof();
    stored.release();
    expect(await reading).toBe('source');
    expect(copies()).toMatchObject({ entries: 0 });
  });

  it('an answer that arrives after the lease lapsed is neither copied nor served', async () => {
    const answer = process.gates.after('readWithLife');
    const reading = read();
    await answer.arrived;
    process.log.unavailable = true;
    await fleet.clock.stall(HORIZON_MS + 100);
    answer.release();
    expect(await reading).toBe('source');
    expect(copies()).toMatchObject({ entries: 0 });
  });

  it('no copy is made of a value that was being read while the lease lapsed and was renewed', async () => {
    await fleet.store.remove(selectKeys([KEY]));
    const stored = process.gates.after('fill');
    const reading = read();
    await stored.arrived;
    await loseProof();
    await put('new');
    await regainProof();
    stored.release();
    expect(await reading).toBe('source');
    expect(await read()).toBe('new');
  });
});
