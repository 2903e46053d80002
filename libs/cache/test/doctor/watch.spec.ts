import { afterEach, describe, expect, it } from '@jest/globals';
import { Doctor, DoctorWatch } from '@gad/cache/engine';
import { lastFindings } from '@gad/cache/store';
import { DoctorStage } from '../support/doctor-stage.js';

describe('The watch of the doctor', () => {
  let stage: DoctorStage | undefined;
  afterEach(async () => {
    await stage?.stop();
  });

  it('the watch of one process logs the begin and the end of an episode once, and another takes over', async () => {
    stage = await DoctorStage.start();
    await stage.open();
    const others: string[] = [];
    const note = (message: string): void => void others.push(message);
    const doctor = new Doctor(stage.cache);
    let looks = 0;
    const diagnose = () => {
      looks++;
      return doctor.diagnose();
    };
    const logger = { notice: note, warn: note };
    const other = new DoctorWatch({ cache: stage.cache, diagnose, logger });
    const both = async (): Promise<void> => {
      await stage?.watch.look();
      await other.look();
    };
    await both();
    expect(await lastFindings(stage.cache.store)).toEqual({ fail: 0, warn: 0, info: 0 });
    await stage.server.command('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
    await both();
    await both();
    expect(stage.lines).toEqual([
      expect.stringMatching(/^Doctor: eviction-none \(warn\): .*Fix: /),
    ]);
    expect(await lastFindings(stage.cache.store)).toEqual({ fail: 0, warn: 1, info: 0 });
    expect(looks).toBe(0);
    await stage.watch.stop();
    await stage.server.command('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');
    await other.look();
    await other.look();
    expect(others).toEqual([
      expect.stringMatching(/^Doctor: eviction-none has passed after \d+ s/),
    ]);
    expect(stage.lines).toHaveLength(1);
    await other.stop();
    await stage.cache.fleet?.report();
    const journal = (await stage.cache.fleet?.journal(undefined, 10)) ?? [];
    expect(journal.map(({ kind, subject, what }) => [kind, subject, what])).toEqual([
      ['doctor', 'eviction-none', 'pass'],
      ['doctor', 'eviction-none', 'warn'],
    ]);
  });
});
