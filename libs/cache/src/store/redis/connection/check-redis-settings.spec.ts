import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { CacheOptionsError } from '../../../cache-errors.js';
import { checkedRedisSettings } from './check-redis-settings.js';
import { loadNodeRedis, serverClient } from './server-client.js';
import type { RedisSettings } from './redis-settings.js';
import { databaseOf } from './redis-settings.js';

const nodes = [{ host: 'h', port: 6379 }];
const sentinels = [{ host: 'h', port: 26379 }];

/** As it may arrive from an environment, or without types. */
const checked = (settings: unknown): RedisSettings =>
  checkedRedisSettings(settings as RedisSettings);

describe('checkedRedisSettings', () => {
  it.each<[string, unknown, number]>([
    ['a host', { url: 'rediss://h' }, 0],
    ['a host, a port and a database', { url: 'redis://cache_1.internal:6380/15' }, 15],
    ['a slash without a database', { url: 'redis://h/' }, 0],
    ['an IPv6 address', { url: 'redis://[::1]:6379/2' }, 2],
    ['an IPv4 address within IPv6', { url: 'redis://[::ffff:127.0.0.1]' }, 0],
    ['a user', { url: 'redis://user:p%40ss%25%20w@h/1' }, 1],
    ['an unescaped @ in a password', { url: 'redis://:p@ss@h/1' }, 1],
    ['a database in the options', { url: 'redis://h', clientOptions: { database: 4 } }, 4],
    ['the same TLS twice', { url: 'rediss://h', clientOptions: { socket: { tls: true } } }, 0],
    ['Sentinels', { sentinels }, 0],
    ['a Cluster', { cluster: { nodes: [{ host: 'h', port: 1 }], shards: 1_024 }, tls: true }, 0],
    ['IPv6 Sentinels', { sentinels: [{ host: '::1', port: 1 }], master: 'a.b-c', database: 3 }, 3],
  ])('the settings with %s are accepted', (_, settings, database) => {
    expect(checked(settings)).toBe(settings);
    expect(databaseOf(checked(settings))).toBe(database);
  });

  it.each<[unknown, RegExp]>([
    [null, /^redis must be an object/],
    ['redis://h', /^redis must be an object/],
    ['', /^redis must be an object/],
    [false, /^redis must be an object/],
    [{}, /^redis\.url must be a URL such as/],
    [{ cluster: null }, /^redis\.cluster must be an object/],
    [{ cluster: { nodes: [] } }, /^redis\.cluster\.nodes must list at least one node/],
    [{ cluster: { nodes, shards: 0 } }, /^redis\.cluster\.shards must be a whole number from 1/],
    [{ cluster: { nodes, mapAddress: 1 } }, /^redis\.cluster\.mapAddress must be a function/],
    [{ cluster: { nodes }, url: 'redis://h' }, /^redis\.url and redis\.cluster are both set/],
    [{ cluster: { nodes }, sentinels }, /^redis\.sentinels and redis\.cluster are both set/],
    [{ cluster: { nodes }, database: 1 }, /^redis\.database must be left out/],
    [{ cluster: { nodes }, master: 'm' }, /^redis\.master goes with redis\.sentinels only/],
    [{ cluster: { nodes }, password: 1 }, /^redis\.password must be text/],
    [{ url: undefined }, /^redis\.url must be a URL/],
    [{ url: new URL('redis://h') }, /^redis\.url must be a URL/],
    ...[7, '', 'h:6379', 'http://h', 'unix:///run/redis', 'redis://h:99999', 'redis://h:port'].map(
      (url): [unknown, RegExp] => [{ url }, /^redis\.url must be a URL/],
    ),
    ...[
      'redis://',
      'redis:',
      'redis:h',
      'redis:///0',
      'redis://a%20b',
      'redis://ü',
      'redis://-',
    ].map((url): [unknown, RegExp] => [{ url }, /^redis\.url must name its host/]),
    [{ url: 'redis://h:0' }, /^redis\.url must have a port/],
    ...['/cache', '/1/', '/1e1', '/0x1', '/-1', '/1.5', '//1', '/%31', '/+1', '/4294967296'].map(
      (path): [unknown, RegExp] => [{ url: `redis://h${path}` }, /^redis\.url must end with/],
    ),
    ...[':a%b@h', 'a%zz@h', ':%@h', ':%c3@h'].map((place): [unknown, RegExp] => [
      { url: `redis://${place}` },
      /^redis\.url must have a % .* %25/,
    ]),
    ...[' redis://h', 'redis://h\n', 'redis://:pa ss@h', 'redis://:pa\tss@h', 'redis://h/ 1'].map(
      (url): [unknown, RegExp] => [{ url }, /^redis\.url must hold no white space/],
    ),
    [{ url: 'redis://h?db=3' }, /^redis\.url must have nothing after its database/],
    [{ url: 'redis://h/1#2' }, /^redis\.url must have nothing after its database/],
    [{ url: 'redis://h', clientName: 'my app' }, /^redis\.clientName/],
    ...[true, 'all', null].map((scripts): [unknown, RegExp] => [
      { url: 'redis://h', scripts },
      /^redis\.scripts must be 'declared', or left out/,
    ]),
    [{ url: 'redis://h', clientOptions: 'tls' }, /^redis\.clientOptions must be an object/],
    [{ url: 'redis://h', clientOptions: { url: 'redis://x' } }, /^redis\.clientOptions .* no url/],
    [{ url: 'redis://h', clientOptions: { database: '1' } }, /^redis\.clientOptions .* number/],
    [{ url: 'redis://h', clientOptions: { socket: true } }, /^redis\.clientOptions .* socket/],
    [
      { url: 'redis://h', clientOptions: { socket: { tls: true } } },
      /^redis\.clientOptions must leave socket\.tls out/,
    ],
    ...[
      null,
      'h:26379',
      [],
      [null],
      ['h:26379'],
      [{ host: 'h' }],
      [{ host: 'h', port: 0 }],
      [{ host: 'h', port: '26379' }],
      [{ host: '', port: 1 }],
      [{ host: 'h:26379', port: 1 }],
      [{ host: '[::1]', port: 1 }],
      [{ host: ' h', port: 1 }],
      [{ host: 'redis://h', port: 1 }],
      [...sentinels, undefined],
    ].map((list): [unknown, RegExp] => [{ sentinels: list }, /^redis\.sentinels must list/]),
    [{ sentinels, master: 'my master' }, /^redis\.master must be the name/],
    [{ sentinels, master: null }, /^redis\.master must be the name/],
    ...[-1, 1.5, '1', NaN, null, 2 ** 40].map((database): [unknown, RegExp] => [
      { sentinels, database },
      /^redis\.database must be a whole number/,
    ]),
    [{ sentinels, password: 1234 }, /^redis\.password must be text/],
    [{ sentinels, username: null }, /^redis\.username must be text/],
    [{ sentinels, tls: 'false' }, /^redis\.tls must be true or false/],
    [{ sentinels, mapAddress: {} }, /^redis\.mapAddress must be a function/],
    [{ sentinels, sentinelOptions: { url: 'redis://x' } }, /^redis\.sentinelOptions .* no url/],
    [{ sentinels, url: 'redis://h' }, /^redis\.url and redis\.sentinels are both set/],
  ])('the settings %j are refused with one sentence', (settings, sentence) => {
    expect(() => checked(settings)).toThrow(CacheOptionsError);
    expect(() => checked(settings)).toThrow(sentence);
  });

  it('settings that the client cannot use are refused, and a password is never repeated', async () => {
    await loadNodeRedis();
    const part = fc.string({ maxLength: 6, unit: fc.constantFrom(...'a1 %:/@?#[].\\-ñ') });
    const url = fc
      .tuple(fc.constantFrom('redis://', 'rediss://', 'redis:', 'redis:/'), part, part, part)
      .map(([scheme, user, place, path]) => `${scheme}${user}:s3cret@${place}/${path}`);
    const mixed = fc.oneof(
      url,
      fc
        .tuple(fc.webUrl(), fc.stringMatching(/^[%a-z0-9]{0,4}$/))
        .map(([web, text]) => web.replace(/^https?:\/\//, `redis://u:s3cret${text}@`)),
    );
    let taken = 0;
    fc.assert(
      fc.property(mixed, (address) => {
        try {
          checked({ url: address });
        } catch (error) {
          expect(error).toBeInstanceOf(CacheOptionsError);
          expect(String(error)).toMatch(/redis\.url/);
          expect(String(error)).not.toContain('s3cret');
          return;
        }
        taken++;
        // It throws for what it cannot read.
        serverClient({ url: address }).destroy();
      }),
      { numRuns: 500 },
    );
    expect(taken).toBeGreaterThan(0);
  });
});
