import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ALL_KEYS, selectKeys, selectPattern } from '../keys/key-selection.js';
import { LargestValues } from './largest-values.js';
import { namespaceOf, namespaceOfSelection, Namespaces } from './namespaces.js';

describe('namespaceOf', () => {
  it.each([
    ['stats:user:2:days:30', 'stats:user'],
    ['stats:user:%C3%B1', 'stats:user'],
    ['config:app:features:x', 'config:app:features'],
    ['config:app', 'config:app'],
    ['config', '(flat)'],
    ['user123stats', '(flat)'],
    ['2:stats', '(flat)'],
    ['a::b', 'a'],
    [`token:${'x'.repeat(33)}`, 'token'],
    [`token:${'x'.repeat(32)}`, `token:${'x'.repeat(32)}`],
    ['~user:bob:orders:7', 'orders'],
    ['~user:bob:~vary:es:orders:open:7', 'orders:open'],
    ['~~principal:2:a', '~~principal'],
  ])('the namespace of %s is %s', (key, namespace) => {
    expect(namespaceOf(key)).toBe(namespace);
  });

  it.each([
    ['stats:user:2:*', 'stats:user'],
    ['stats:us*', 'stats'],
    ['st*', '(all)'],
    ['*', '(all)'],
    ['~user:bob:orders:*', 'orders'],
  ])('the namespace of the pattern %s is %s', (pattern, namespace) => {
    expect(namespaceOfSelection(selectPattern(pattern))).toBe(namespace);
  });

  it('a removal of everything, and one across namespaces, have names of their own', () => {
    expect(namespaceOfSelection(ALL_KEYS)).toBe('(all)');
    expect(namespaceOfSelection(selectKeys(['a:b:1', 'a:b:2']))).toBe('a:b');
    expect(namespaceOfSelection(selectKeys(['a:b:1', 'c:d:2']))).toBe('(other)');
  });
});

describe('Namespaces', () => {
  it('Namespaces gives a key the record of its namespace, whichever way it is looked up', () => {
    const segment = fc.constantFrom('a', 'b', 'ab', 'user', '7', 'x%', '', '~user', '~~x');
    fc.assert(
      fc.property(fc.array(fc.array(segment, { minLength: 1 }), { minLength: 1 }), (keys) => {
        const namespaces = new Namespaces(() => ({}));
        for (const segments of keys) {
          const key = segments.join(':');
          expect(namespaces.ofKey(key)).toBe(namespaces.named(namespaceOf(key)));
        }
      }),
    );
  });

  it('Namespaces keeps 64 names, and one for all others', () => {
    const namespaces = new Namespaces(() => ({}));
    for (let n = 0; n < 500; n++) {
      namespaces.ofKey(`${String.fromCharCode(97 + (n % 26), 97 + (n % 25))}:k:1`);
    }
    const names = [...namespaces.entries()].map(([name]) => name);
    expect(names).toHaveLength(65);
    expect(names).toContain('(other)');
  });
});

describe('LargestValues', () => {
  it('LargestValues keeps the hundred largest of the latest sizes', () => {
    const values = new LargestValues();
    for (let n = 0; n < 1_000; n++) values.note(`k:${n}`, (n * 7_919) % 1_000);
    values.note('k:1', 5_000);
    values.note('k:1', 4_000);
    const top = values.top(1_000);
    expect(top).toHaveLength(100);
    expect(top[0]).toEqual(['k:1', 4_000]);
    const bytes = top.slice(1).map(([, size]) => size);
    const largest = Array.from({ length: 100 }, (_, n) => 999 - n);
    expect(bytes).toEqual(largest.filter((size) => size !== 919));
  });
});
