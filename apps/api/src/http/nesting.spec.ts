import { describe, expect, it } from '@jest/globals';
import { nestsDeeperThan } from './nesting.js';

describe('nestsDeeperThan', () => {
  it.each([
    ['[[[]]]', 3, false],
    ['[[[]]]', 2, true],
    ['{"a":{"b":[1]}}', 3, false],
    ['{"a":{"b":[1]}}', 2, true],
    ['[[],[],[],[]]', 2, false],
    ['"[[[[[["', 0, false],
    [String.raw`["\"[[[["]`, 1, false],
    [String.raw`["\\",[[]]]`, 2, true],
    ['7', 0, false],
  ])('%s, limit %d: %s', (json, limit, deeper) => {
    expect(nestsDeeperThan(limit, json)).toBe(deeper);
  });

  it('takes a text of any depth', () => {
    expect(nestsDeeperThan(32, '['.repeat(1_000_000))).toBe(true);
  });
});
