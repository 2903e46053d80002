import { describe, expect, it } from '@jest/globals';
import { SoleInstance } from './sole-instance.js';

const NOTICE = 400;
const LINGER = 300;

describe('SoleInstance', () => {
  const counted = (...counts: [at: number, processes: number][]): SoleInstance => {
    const sole = new SoleInstance(NOTICE);
    for (const [at, processes] of counts) sole.note(at, processes);
    return sole;
  };

  it('begins after counting alone for as long as a process that is gone may still serve', () => {
    const sole = counted([0, 1], [100, 1], [299, 1]);
    expect(sole.isProven(299, LINGER)).toBe(false);
    sole.note(300, 1);
    expect(sole.isProven(300, LINGER)).toBe(true);
  });

  it('ends when another process could have started without being counted yet', () => {
    const sole = counted([0, 1], [200, 1], [300, 1]);
    expect(sole.isProven(699, LINGER)).toBe(true);
    expect(sole.isProven(700, LINGER)).toBe(false);
  });

  it('SoleInstance ends with the first other process, and begins again when that is gone', () => {
    const sole = counted([0, 1], [300, 1], [350, 2]);
    expect(sole.isProven(350, LINGER)).toBe(false);
    sole.note(400, 1);
    sole.note(600, 1);
    expect(sole.isProven(600, LINGER)).toBe(false);
    sole.note(700, 1);
    expect(sole.isProven(700, LINGER)).toBe(true);
  });

  it('begins anew after a gap in which another process could have started and ended', () => {
    const sole = counted([0, 1], [300, 1], [700, 1], [900, 1]);
    expect(sole.isProven(900, LINGER)).toBe(false);
    sole.note(1_000, 1);
    expect(sole.isProven(1_000, LINGER)).toBe(true);
  });

  it('SoleInstance ends with the own announcement', () => {
    const sole = counted([0, 1], [300, 1]);
    sole.lose();
    expect(sole.isProven(301, LINGER)).toBe(false);
  });
});
