import { describe, expect, it } from '@jest/globals';
import { JsonText } from './json-text.js';

describe('JsonText', () => {
  it('JsonText makes the text of its value, and keeps a text that is known', () => {
    expect(JsonText.of({ a: 1 }).text).toBe('{"a":1}');
    expect(JsonText.of({ a: 1 }, '{ "a": 1 }').text).toBe('{ "a": 1 }');
  });

  it('JsonText freezes the value, and is the same for the same object', () => {
    const value = { list: [1] };
    const json = JsonText.of(value);
    expect(Object.isFrozen(value.list)).toBe(true);
    expect(JsonText.of(value)).toBe(json);
    expect(JsonText.of({ list: [1] })).not.toBe(json);
  });

  it('JsonText adds members at the end, and puts those of the same names in place', () => {
    const json = JsonText.of({ a: 1, b: 2 });
    expect(json.with({ c: { d: 3 } }).text).toBe('{"a":1,"b":2,"c":{"d":3}}');
    expect(json.with({ a: 3, c: 4 }).text).toBe('{"a":3,"b":2,"c":4}');
    expect(json.with({ c: undefined }).text).toBe('{"a":1,"b":2}');
    expect(json.with({}).text).toBe('{"a":1,"b":2}');
    expect(JsonText.of({}).with({ a: 1 }).text).toBe('{"a":1}');
    expect(json.with({ c: 3 }).with({ d: 4 }).value).toEqual({ a: 1, b: 2, c: 3, d: 4 });
  });

  it.each([null, 1, 'text', [1]])('JsonText adds no members to %j', (value) => {
    expect(() => JsonText.of<unknown>(value).with({ a: 1 })).toThrow(TypeError);
  });

  it('JsonText knows an object or a list from a text that a server answers', () => {
    const are = [{}, [], null, 'text', 1].map((value) => JsonText.of<unknown>(value).isStructure);
    expect(are).toEqual([true, true, false, false, false]);
    expect(JsonText.of({}).with({ a: 1 }).isStructure).toBe(true);
  });

  it('JsonText makes once what a function makes of the value', () => {
    let runs = 0;
    const tagOf = (value: { a: number }): string => `${++runs} of ${value.a}`;
    const json = JsonText.of({ a: 7 });
    expect([json.once(tagOf), json.once(tagOf)]).toEqual(['1 of 7', '1 of 7']);
    expect(json.once(() => 'another')).toBe('another');
    expect(JsonText.of({ a: 8 }).once(tagOf)).toBe('2 of 8');
  });

  it('JsonText is the value where it is stringified', () => {
    const json = JsonText.of({ a: 1 });
    expect(JSON.stringify({ data: json, more: json.with({ b: 2 }) })).toBe(
      '{"data":{"a":1},"more":{"a":1,"b":2}}',
    );
  });
});
