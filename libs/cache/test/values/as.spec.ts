import { describe, expect, it } from '@jest/globals';
import { Exclude, Expose, Type } from 'class-transformer';
import { richJson } from '@gad/cache';
import { onBothStores } from '../support/both-stores.js';
import { testCache } from '@gad/cache/testing';

class Address {
  constructor(readonly city = '') {}
  label(): string {
    return `in ${this.city}`;
  }
}

class User {
  readonly id: number = 0;
  @Exclude() readonly passwordHash: string = '';
  @Expose({ name: 'nick' }) readonly name: string = '';
  @Type(() => Date) readonly at: Date = new Date(0);
  @Type(() => Address) readonly home: Address = new Address();

  static of(id: number): User {
    const more = { id, passwordHash: 'SECRET', name: 'ana', at: new Date(5) };
    return Object.assign(new User(), more, { home: new Address('Lima') });
  }

  greet(): string {
    return `I am ${this.name}`;
  }
}

/** The same, and of the same class. */
function expectUser(value: unknown, id: number): void {
  expect(value).toBeInstanceOf(User);
  expect(value).toStrictEqual(User.of(id));
  expect((value as User).home.label()).toBe('in Lima');
}

onBothStores('The option as', (stage) => {
  it('the option as makes instances of a class on a miss and on a hit, with every member', async () => {
    const { cache } = stage();
    const options = { ttl: 60, as: User };
    for (const load of [() => User.of(1), () => User.of(2)]) {
      expectUser(await cache.getOrSet('k', load, options), 1);
      expectUser((await cache.getOrSetEntry('k', load, options)).value, 1);
    }
    expectUser(await cache.get('k', { as: User }), 1);
    const [one, none] = await cache.getMany(['k', 'none'], { as: User });
    expectUser(one, 1);
    expect(none).toBeUndefined();
    expect(await cache.get('k')).not.toBeInstanceOf(User);
  });

  it('the option as makes an instance for each item of a list, and for each of many keys', async () => {
    const { cache } = stage();
    for (let read = 0; read < 2; read++) {
      const list = await cache.getOrSet('list', () => [User.of(1), User.of(2)], { as: User });
      list.forEach((user, at) => expectUser(user, at + 1));
      const refused = new RangeError('none');
      const many = await cache.getOrSetMany(
        [1, 2, 3],
        (id) => `one:${id}`,
        (ids) => ids.map((id) => (id === 3 ? refused : User.of(id))),
        { ttl: 60, as: User },
      );
      many.slice(0, 2).forEach((user, at) => expectUser(user, at + 1));
      expect(many[2]).toBe(refused);
    }
  });

  it('the option as may be a function of what was stored, and null stays null', async () => {
    const { cache } = stage();
    const as = (stored: { at: string }): Date => new Date(stored.at);
    for (let read = 0; read < 2; read++) {
      const date = await cache.getOrSet('k', () => ({ at: new Date(7) }), { as });
      expect(date).toEqual(new Date(7));
      const none = await cache.getOrSet('none', (): { at: Date } | null => null, { as });
      expect(none).toBeNull();
    }
    expect(await cache.get('absent', { as })).toBeUndefined();
  });

  it('each reader gets an instance of its own', async () => {
    const { cache } = stage();
    const read = (): Promise<User> => cache.getOrSet('k', () => User.of(1), { as: User });
    const users = await Promise.all([read(), read(), read()]);
    users.push(await read());
    expect(new Set(users).size).toBe(4);
  });
});

describe('The option as', () => {
  it('an instance is made of what richJson keeps', async () => {
    const { cache } = testCache({ serializer: richJson });
    for (let read = 0; read < 2; read++) {
      expectUser(await cache.getOrSet('k', () => User.of(1), { as: User }), 1);
    }
  });

  it.each([
    [7, 'as must be a class or a function, not 7.'],
    [null, 'as must be a class or a function, not null.'],
    ['User', "as must be a class or a function, not 'User'."],
    [() => undefined, 'as must return the value, or be a class; this function returned undefined.'],
  ])('the option as refuses what makes nothing: %p', async (given, sentence) => {
    const { cache } = testCache();
    const as = given as never;
    await cache.set('k', 1);
    await expect(cache.getOrSet('k', () => 1, { as })).rejects.toThrow(sentence);
    await expect(cache.getOrSetEntry('k', () => 1, { as })).rejects.toThrow(sentence);
    await expect(cache.getOrSetMany(['k'], String, () => [1], { as })).rejects.toThrow(sentence);
    await expect(cache.get('k', { as })).rejects.toThrow(sentence);
    await expect(cache.getMany(['k'], { as })).rejects.toThrow(sentence);
  });

  it('get and getMany refuse other options, and what is none', async () => {
    const { cache } = testCache();
    const wrong = { ttl: 60, as: User };
    await expect(cache.get('k', wrong)).rejects.toThrow(
      'ttl is not an option of get; there are as',
    );
    await expect(cache.getMany(['k'], wrong)).rejects.toThrow('ttl is not an option of getMany');
    await expect(cache.get('k', null as never)).rejects.toThrow('must be an object, not null');
    await expect(cache.get('k', {} as never)).rejects.toThrow('as must be a class or a function');
  });

  it('what a function throws is the error of that read, and the stored value stays', async () => {
    const { cache } = testCache();
    await cache.set('k', { version: 1 });
    const as = (): never => {
      throw new RangeError('another version');
    };
    await expect(cache.getOrSet('k', () => 2, { as })).rejects.toThrow('another version');
    expect(await cache.get('k')).toEqual({ version: 1 });
  });
});
