import { describe, expect, it } from '@jest/globals';
import { jsonExcess } from './json-shape.js';

const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
const object = (members: number) =>
  JSON.stringify(Object.fromEntries(Array.from({ length: members }, (_, n) => [`n${n}`, 'a,b[{'])));

describe('jsonExcess', () => {
  it('jsonExcess takes a hundred members and four levels, and no more', () => {
    expect(jsonExcess(object(100))).toBeUndefined();
    expect(jsonExcess(object(101))).toBe('has more than 100 members');
    expect(jsonExcess(nested(4))).toBeUndefined();
    expect(jsonExcess(nested(5))).toBe('nests deeper than 4');
  });

  it('jsonExcess counts members wherever they are, and the same name again as another one', () => {
    for (const json of [
      `[${'1,'.repeat(100)}1]`,
      `{"a":[${'1,'.repeat(60)}1],"b":{"c":[${'2,'.repeat(60)}2]}}`,
      `{${'"a":1,'.repeat(100)}"a":1}`,
      `[${'{},'.repeat(100)}{}]`,
    ]) {
      expect(jsonExcess(json)).toBe('has more than 100 members');
    }
  });

  it('jsonExcess reads over what stands in strings, escaped quotes included', () => {
    const text = JSON.stringify({ a: '[{,'.repeat(200), 'b"\\': '\\"{,'.repeat(200), c: '\\' });
    expect(jsonExcess(text)).toBeUndefined();
    expect(jsonExcess(`${text.slice(0, -1)},"d":${nested(4)}}`)).toBe('nests deeper than 4');
  });

  it('jsonExcess ends on broken text', () => {
    for (const text of ['', '{', ']]]]', '"', '"\\', '[,,', '{"a"']) {
      expect(jsonExcess(text)).toBeUndefined();
    }
  });
});
