import type { Type } from '@nestjs/common';
import { describe, expect, it } from '@jest/globals';
import { CacheAside, cacheKey } from '@gad/cache';
import { appPerTest } from '../support/nest-app.js';

interface Repository {
  readonly table: string;
  find(id: number): Promise<string>;
}

const start = appPerTest();

describe('Classes that one function makes', () => {
  const made = (table: string, inKey: boolean): Type<Repository> => {
    class Made implements Repository {
      readonly table = table;
      @CacheAside({
        key: (id: number) => (inKey ? cacheKey`${table}:${id}` : cacheKey`find:${id}`),
      })
      async find(id: number): Promise<string> {
        return Promise.resolve(`${table} ${id}`);
      }
    }
    return Made;
  };

  it('classes that one function makes are refused at the first call that has the key of another', async () => {
    const [Users, Orders] = [made('users', false), made('orders', false)];
    const { app } = await start({ providers: [Users, Orders] });
    await expect(app.get(Users).find(1)).rejects.toThrow(/classes that one function generates/);
    await expect(app.get(Orders).find(1)).rejects.toThrow(/classes that one function generates/);
  });

  it('classes that one function makes are refused whenever a call has the key of another', async () => {
    const table = (name: string): Type<Repository> => {
      class Made implements Repository {
        readonly table = name;
        @CacheAside({
          key: (id: number) => (id < 10 ? cacheKey`${name}:${id}` : cacheKey`large:${id}`),
        })
        async find(id: number): Promise<string> {
          return Promise.resolve(`${name} ${id}`);
        }
      }
      return Made;
    };
    const [Users, Orders] = [table('users'), table('orders')];
    const { app } = await start({ providers: [Users, Orders] });
    const answers = [await app.get(Users).find(1), await app.get(Orders).find(1)];
    expect(answers).toEqual(['users 1', 'orders 1']);
    for (const type of [Users, Orders]) {
      await expect(app.get(type).find(11)).rejects.toThrow(/classes that one function generates/);
    }
  });

  it('classes that one function makes need not understand each other’s arguments', async () => {
    const of = (nameOf: (given: never) => string): Type<{ find(given: unknown): unknown }> => {
      class Made {
        @CacheAside({ key: (given: unknown) => cacheKey`row:${nameOf(given as never)}` })
        async find(given: unknown): Promise<unknown> {
          return Promise.resolve(given);
        }
      }
      return Made;
    };
    const ByName = of((name: string) => name.toLowerCase());
    const ByRow = of(({ row }: { row: { id: number } }) => `${row.id}`);
    const { app } = await start({ providers: [ByName, ByRow] });
    expect(await app.get(ByName).find('Ana')).toBe('Ana');
    expect(await app.get(ByRow).find({ row: { id: 1 } })).toEqual({ row: { id: 1 } });
  });

  it('classes that one function makes have entries of their own where the key distinguishes them', async () => {
    const [Users, Orders] = [made('users', true), made('orders', true)];
    const { app } = await start({ providers: [Users, Orders] });
    expect(await app.get(Users).find(1)).toBe('users 1');
    expect(await app.get(Orders).find(1)).toBe('orders 1');
  });
});
