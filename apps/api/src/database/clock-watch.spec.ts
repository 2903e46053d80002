import { Logger } from '@nestjs/common';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { ClockWatch } from './clock-watch.js';

describe('ClockWatch', () => {
  let lines: string[];
  let watch: ClockWatch;
  beforeEach(() => {
    lines = [];
    const note = (message: unknown) => void lines.push(String(message));
    Logger.overrideLogger({ log: note, warn: note, error: note });
    watch = new ClockWatch();
  });

  const reading = (aheadMs: number, tookMs = 10) => ({
    sentAt: 100_000 + aheadMs,
    theirs: 100_000 + tookMs / 2,
    receivedAt: 100_000 + aheadMs + tookMs,
  });

  it.each([0, 4_900, -4_900])('ClockWatch tolerates %i ms', (aheadMs) => {
    watch.note(reading(aheadMs));
    expect(watch.aheadMs).toBe(0);
    expect(lines).toEqual([]);
  });

  it.each([
    [7_000, /7\.0 s ahead of/],
    [-65_000, /65\.0 s behind/],
  ])('reports %i ms once, and when it is over', (aheadMs, sentence) => {
    watch.note(reading(aheadMs));
    watch.note(reading(aheadMs + 100));
    expect(Math.abs(watch.aheadMs - aheadMs)).toBeLessThan(200);
    watch.note(reading(0));
    watch.note(reading(aheadMs));
    expect(lines).toEqual([
      expect.stringMatching(sentence),
      expect.stringContaining('agrees'),
      expect.stringMatching(sentence),
    ]);
  });

  it('ClockWatch takes a slow answer for no difference', () => {
    watch.note({ sentAt: 0, theirs: 9_000, receivedAt: 9_500 });
    watch.note({ sentAt: 0, theirs: 0, receivedAt: 60_000 });
    expect(watch.aheadMs).toBe(0);
  });
});
