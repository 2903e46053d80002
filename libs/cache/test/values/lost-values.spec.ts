import { afterEach, describe, expect, it } from '@jest/globals';
import type { CacheModuleOptions } from '@gad/cache';
import { CacheOptionsError, createCache, JsonText, richJson } from '@gad/cache';

const { NODE_ENV } = process.env;
afterEach(() => {
  process.env['NODE_ENV'] = NODE_ENV;
});

class User {
  constructor(readonly id: number) {}
}

/** A cache in an environment, and what it warns of. */
function started(options: CacheModuleOptions = {}, environment = 'development') {
  process.env['NODE_ENV'] = environment;
  const warnings: string[] = [];
  const warn = (line: string): void => void warnings.push(line);
  const cache = createCache(options, { notice: () => undefined, warn });
  return { cache, warnings };
}

/** What is lost, and how the sentence names it. */
const LOST: readonly (readonly [value: unknown, named: string])[] = [
  [new User(1), 'an instance of User,'],
  [{ owners: [null, { user: new User(1) }] }, 'an instance of User at owners[1].user,'],
  [{ at: new Date(0) }, 'an instance of Date at at,'],
  [new Map(), 'an instance of Map,'],
  [{ run: () => 1 }, 'a function at run,'],
  [{ bytes: Buffer.from('a') }, 'an instance of Buffer at bytes,'],
];

describe('A value that loses its class or dates where it is stored', () => {
  it.each(LOST)(
    'a lost class is warned of once for each shape of key: %p',
    async (value, named) => {
      const { cache, warnings } = started();
      for (const key of ['user:1', 'user:2', 'user:1']) await cache.getOrSet(key, () => value);
      expect(warnings).toEqual([
        `Cache: the value of user:1 has ${named} which is lost where it is stored, in a miss as in a hit: give the read the option as, a class or a function that makes the value, or the cache the serializer richJson, which keeps dates, maps and sets.`,
      ]);
      await cache.getOrSetMany(
        [1],
        () => 'other:1',
        () => [value],
      );
      await cache.set('third:1', value);
      expect(warnings).toHaveLength(3);
    },
  );

  it.each(LOST)(
    'with strictValues a lost class fails the load and set, everywhere: %p',
    async (value) => {
      const { cache, warnings } = started({ strictValues: true }, 'production');
      for (let read = 0; read < 40; read++) {
        const refused = cache.getOrSet('user:1', () => value);
        await expect(refused).rejects.toThrow(CacheOptionsError);
      }
      const sentence = 'With strictValues the value of user:1 has ';
      await expect(cache.getOrSetEntry('user:1', () => value)).rejects.toThrow(sentence);
      const many = cache.getOrSetMany(['user:1'], String, () => [value]);
      await expect(many).rejects.toThrow(sentence);
      await expect(cache.set('user:1', value)).rejects.toThrow(sentence);
      expect(await cache.get('user:1')).toBeUndefined();
      expect(warnings).toEqual([]);
      expect(await cache.getOrSet('user:1', () => ({ id: 1 }))).toEqual({ id: 1 });
    },
  );

  it('what JSON keeps is not warned of, nor what as makes again', async () => {
    const { cache, warnings } = started({ strictValues: true });
    const plain = {
      a: [1, null, 'x', { b: true }],
      none: undefined,
      bare: Object.create(null) as object,
    };
    await cache.getOrSet('a:1', () => plain);
    await cache.getOrSet('a:2', () => JsonText.of({ a: 1 }));
    await cache.getOrSet('a:3', () => null);
    expect(await cache.getOrSet('a:4', () => new User(4), { as: User })).toBeInstanceOf(User);
    const many = await cache.getOrSetMany(
      [5],
      (id) => `a:${id}`,
      (ids) => ids.map((id) => new User(id)),
      { as: User },
    );
    expect(many[0]).toBeInstanceOf(User);
    expect(warnings).toEqual([]);
  });

  it('richJson keeps dates and maps, so only classes are warned of', async () => {
    const { cache, warnings } = started({ serializer: richJson });
    await cache.getOrSet('a:1', () => ({ at: new Date(0), map: new Map(), url: new URL('a:b') }));
    expect(warnings).toEqual([]);
    await cache.getOrSet('a:2', () => [new User(1)]);
    expect(warnings).toEqual([
      expect.stringMatching(/instance of User at \[0\], .* makes the value\.$/),
    ]);
  });

  it.each(['production', 'test'])('nothing is looked at with NODE_ENV=%s', async (environment) => {
    const { cache, warnings } = started({}, environment);
    await cache.getOrSet('a:1', () => new User(1));
    expect(warnings).toEqual([]);
  });

  it('a serializer of your own is believed', async () => {
    const own = { ...richJson, name: 'own' };
    const { cache, warnings } = started({ serializer: own });
    await cache.getOrSet('a:1', () => new User(1));
    expect(warnings).toEqual([]);
  });
});
