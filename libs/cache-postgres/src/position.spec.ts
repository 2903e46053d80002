import { describe, expect, it } from '@jest/globals';
import { covers, parsePosition, parseSnapshot } from './position.js';

const covered = (cursor: string, position: string): boolean => {
  const [a, b] = [parsePosition(cursor), parsePosition(position)];
  if (!a || !b) throw new Error('no position');
  return covers(a, b);
};

describe('A position in the log', () => {
  it.each([
    ['L 10:20:12,15', 'L tx:9', true],
    ['L 10:20:12,15', 'L tx:11', true],
    ['L 10:20:12,15', 'L tx:12', false],
    ['L 10:20:12,15', 'L tx:19', true],
    ['L 10:20:12,15', 'L tx:20', false],
    ['L 10:20:12,15', 'M tx:9', false],
    ['L tx:20', 'L tx:9', false],
  ])('%s covers the transaction %s: %s', (cursor, position, expected) => {
    expect(covered(cursor, position)).toBe(expected);
  });

  it.each([
    ['L 10:20:12,15', 'L 10:20:12,15', true],
    ['L 20:20:', 'L 10:20:12,15', true],
    ['L 10:20:12,15', 'L 20:20:', false],
    ['L 10:20:12,15', 'L 10:20:12', false],
    ['L 12:30:12', 'L 10:20:12,15', true],
    ['L 12:30:12,25', 'L 10:20:12,15', true],
    ['L 10:19:', 'L 10:20:', false],
    ['M 20:20:', 'L 10:20:', false],
  ])('%s covers the snapshot %s: %s', (cursor, position, expected) => {
    expect(covered(cursor, position)).toBe(expected);
  });

  it.each(['', 'L', ' 1:1:', 'L 1:1', 'L 1:1:1,', 'L 1:1:x', 'L tx:', 'L tx:-1', "L 1:1:'"])(
    'the text "%s" is no position',
    (text) => {
      expect(parsePosition(text)).toBeUndefined();
    },
  );

  it('a position holds transaction numbers beyond 2^53', () => {
    expect(parseSnapshot('9007199254740993:9007199254740995:9007199254740994')).toEqual({
      xmin: 9007199254740993n,
      xmax: 9007199254740995n,
      xip: new Set([9007199254740994n]),
    });
  });
});
