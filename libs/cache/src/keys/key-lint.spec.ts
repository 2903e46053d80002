import { describe, expect, it } from '@jest/globals';
import { KeyLint, lintKey } from './key-lint.js';

describe('lintKey', () => {
  it.each(['user123stats', 'config', 'token', 'user123:stats', 'a::b', ':a', 'a:', 'a:b c'])(
    'lintKey warns of %j',
    (key) => {
      expect(lintKey(key)).toEqual(expect.any(String));
    },
  );

  it.each([
    ...['stats:user:123:days:30', 'config:app:feature_flags', 'session:user:7:token'],
    ...['realtime:dashboard', 'static:translations', 'items:2%3A%2A', 'api:v2:items', 'k:%'],
    'orders:0b9c1c9e-8d3f-4f0e-9a55-3f1f0f1c2a11',
  ])('lintKey accepts %j', (key) => {
    expect(lintKey(key)).toBeUndefined();
  });
});

describe('KeyLint', () => {
  it('KeyLint warns once for each shape of key', () => {
    const warnings: string[] = [];
    const lint = new KeyLint((message) => void warnings.push(message));
    for (const key of ['user1stats', 'user2stats', 'config', 'stats:user:1', 'config', 'token']) {
      lint.check(key);
    }
    expect(warnings.map((line) => /the key (\S+) is/.exec(line)?.[1])).toEqual([
      'user1stats',
      'config',
      'token',
    ]);
  });

  it('KeyLint warns of a bounded number of shapes', () => {
    let warnings = 0;
    const lint = new KeyLint(() => warnings++);
    const letters = (n: number): string =>
      n.toString(26).replace(/\d/g, (d) => 'qrstuvwxyz'[+d] ?? '');
    for (let n = 0; n < 2_000; n++) lint.check(`flat-${letters(n)}`);
    expect(warnings).toBeGreaterThan(500);
    expect(warnings).toBeLessThanOrEqual(1_000);
  });
});
