import { describe, expect, it } from '@jest/globals';
import { deepFreeze } from './deep-freeze.js';

describe('A value that is shared', () => {
  it('a shared value is frozen in all its depth, and counted', () => {
    const value = { list: [{ n: 1 }, 'text'], none: null };
    expect(deepFreeze(value)).toBeGreaterThan(0);
    expect([value, value.list, value.list[0]].every(Object.isFrozen)).toBe(true);
  });

  it('a shared value may be nested deeper than any stack, or hold itself', () => {
    const deep: unknown = JSON.parse(`${'['.repeat(200_000)}${']'.repeat(200_000)}`);
    expect(deepFreeze(deep)).toBeGreaterThan(200_000);
    const circle: { self?: unknown } = {};
    circle.self = circle;
    expect(deepFreeze(circle)).toBeGreaterThan(0);
    expect(Object.isFrozen(circle)).toBe(true);
  });

  it('equal short texts are counted once where JSON.parse made them, because it keeps them once', () => {
    const list = (texts: readonly string[], parsed: boolean): number =>
      deepFreeze([...texts], parsed) ?? NaN;
    const [short, long] = ['pending', 'x'.repeat(40)];
    const alike = list([short, short, short], true);
    expect(alike).toBeLessThan(list([short, short, short], false));
    expect(alike).toBeLessThan(list([short, 'done', 'open'], true));
    expect(list([long, long], true)).toBe(list([long, long], false));
  });

  it.each([
    ['a date', new Date(0)],
    ['a map', new Map()],
    ['bytes', new Uint8Array(2)],
    ['a function', () => 1],
  ])('a value that holds %s is not shared, and nothing of it is frozen then', (_, part) => {
    const value = { first: {}, part };
    expect(deepFreeze(value)).toBeUndefined();
    expect(Object.isFrozen(value) || Object.isFrozen(value.first)).toBe(false);
  });
});
