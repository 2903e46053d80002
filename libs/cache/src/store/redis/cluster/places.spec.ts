import { describe, expect, it } from '@jest/globals';
import { faultOfTemplate, Places, templateFor } from './places.js';

describe('Places', () => {
  const places = new Places(['stats:user:*', 'config', 'a:*', 'a:b:*']);

  it.each([
    ['stats:user:2', 'stats:user:2'],
    ['stats:user:2:days:30', 'stats:user:2'],
    ['stats:user:', 'stats:user:'],
    ['stats:users:2:x', 'stats:users:2:x'],
    ['config:app:x', 'config'],
    ['configs', 'configs'],
    ['a:b:c:d', 'a:b:c'],
    ['a:x:c:d', 'a:x'],
    ['other:{2}', 'other:{2}'],
  ])('the place of %s is %s', (key, place) => {
    expect(places.placeOf(key)).toBe(place);
  });

  it.each([
    ['stats:user:2:', 'stats:user:2'],
    ['stats:user:2:days:', 'stats:user:2'],
    ['stats:user:2', undefined],
    ['stats:user:', undefined],
    ['stats:', undefined],
    ['config:', 'config'],
    ['conf', undefined],
    ['a:b:', undefined],
    ['a:bc:', 'a:bc'],
    ['a:b', undefined],
    ['other:2:', undefined],
    ['', undefined],
  ])('all keys that begin with %s have the place %s', (literal, place) => {
    expect(places.placeOfAll(literal)).toBe(place);
  });

  it('a key that begins with a placed literal always has that place', () => {
    for (const literal of ['stats:user:2:', 'config:', 'a:bc:', 'a:b:c:']) {
      for (const rest of ['', 'x', 'x:y', ':', 'b:c']) {
        expect(places.placeOf(literal + rest)).toBe(places.placeOfAll(literal));
      }
    }
  });

  it('a template is proposed by the segments of a pattern that hold digits', () => {
    expect(templateFor('stats:user:12:')).toBe('stats:user:*');
    expect(templateFor('user:')).toBeUndefined();
  });

  it.each(['', 'a:{b}', 'a:*b', 'a:**', 'a:?', 3])('%p is no template', (template) => {
    expect(faultOfTemplate(template)).toMatch(/^must/);
  });
});
