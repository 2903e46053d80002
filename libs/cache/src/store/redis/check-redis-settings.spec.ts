import { describe, expect, it } from '@jest/globals';
import { CacheOptionsError } from '../../cache-errors.js';
import { checkedRedisSettings } from './check-redis-settings.js';

const sentinels = [{ host: 'h', port: 26379 }];

describe('checkedRedisSettings', () => {
  it('takes one server by its URL, or a master by its Sentinels', () => {
    for (const settings of [{ url: 'rediss://h' }, { sentinels }, { sentinels, master: 'a.b-c' }]) {
      expect(checkedRedisSettings(settings)).toBe(settings);
    }
  });

  it.each([
    [{ url: 'http://h' }, /^redis\.url must be a URL such as/],
    [{ sentinels: [] }, /^redis\.sentinels must list at least one Sentinel/],
    [{ sentinels: [{ host: 'h', port: 0 }] }, /^redis\.sentinels must list/],
    [{ sentinels: [{ host: '', port: 1 }] }, /^redis\.sentinels must list/],
    [{ sentinels, master: 'my master' }, /^redis\.master must be the name/],
    [{ sentinels, database: -1 }, /^redis\.database must be a whole number/],
    [{ sentinels, url: 'redis://h' }, /^redis\.url and redis\.sentinels are both set/],
  ])('refuses %j with one sentence', (settings, sentence) => {
    expect(() => checkedRedisSettings(settings)).toThrow(CacheOptionsError);
    expect(() => checkedRedisSettings(settings)).toThrow(sentence);
  });
});
