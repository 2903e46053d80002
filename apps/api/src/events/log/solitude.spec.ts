import { describe, expect, it } from '@jest/globals';
import { Solitude } from './solitude.js';

const NOTICE = 400;
const LINGER = 300;

describe('Solitude', () => {
  const counted = (...counts: [at: number, processes: number][]): Solitude => {
    const solitude = new Solitude(NOTICE);
    for (const [at, processes] of counts) solitude.note(at, processes);
    return solitude;
  };

  it('begins after counting alone for as long as somebody gone may still serve', () => {
    const solitude = counted([0, 1], [100, 1], [299, 1]);
    expect(solitude.alone(299, LINGER)).toBe(false);
    solitude.note(300, 1);
    expect(solitude.alone(300, LINGER)).toBe(true);
  });

  it('ends when somebody could have come without being counted yet', () => {
    const solitude = counted([0, 1], [200, 1], [300, 1]);
    expect(solitude.alone(699, LINGER)).toBe(true);
    expect(solitude.alone(700, LINGER)).toBe(false);
  });

  it('ends with the first other process, and begins anew when that is gone', () => {
    const solitude = counted([0, 1], [300, 1], [350, 2]);
    expect(solitude.alone(350, LINGER)).toBe(false);
    solitude.note(400, 1);
    solitude.note(600, 1);
    expect(solitude.alone(600, LINGER)).toBe(false);
    solitude.note(700, 1);
    expect(solitude.alone(700, LINGER)).toBe(true);
  });

  it('begins anew after a gap in which somebody could have come and gone', () => {
    const solitude = counted([0, 1], [300, 1], [700, 1], [900, 1]);
    expect(solitude.alone(900, LINGER)).toBe(false);
    solitude.note(1_000, 1);
    expect(solitude.alone(1_000, LINGER)).toBe(true);
  });

  it('ends with the own announcement', () => {
    const solitude = counted([0, 1], [300, 1]);
    solitude.lose();
    expect(solitude.alone(301, LINGER)).toBe(false);
  });
});
