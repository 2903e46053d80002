import { Controller, Get, Injectable, Module, Param, Scope } from '@nestjs/common';
import { ModuleRef, RouterModule } from '@nestjs/core';
import type { Type } from '@nestjs/common';
import { describe, expect, it } from '@jest/globals';
import { CacheAside, CacheModule, CacheOptionsError, cacheKey } from '@gad/cache';
import type { Instances } from '../../src/nest/cache-aside.options.js';
import type { AppParts } from '../support/nest-app.js';
import { appPerTest, PLATFORMS, startApp } from '../support/nest-app.js';

const start = appPerTest();

interface Repository {
  readonly table: string;
  find(id: number): Promise<string>;
}

/** A generic repository, as each test would write it. */
function repository(instances?: Instances): Type<Repository> & (new (table: string) => Repository) {
  class GenericRepository {
    constructor(readonly table: string) {}
    @CacheAside({ instances, key: (id: number) => cacheKey`find:${id}`, ttl: 60 })
    async find(id: number): Promise<string> {
      return Promise.resolve(`${this.table} ${id}`);
    }
  }
  return GenericRepository;
}

/** Two classes that inherit from it. */
function inherited(instances?: Instances): readonly Type<Repository>[] {
  const Base = repository(instances);
  class Users extends Base {
    constructor() {
      super('users');
    }
  }
  class Orders extends Base {
    constructor() {
      super('orders');
    }
  }
  return [Users, Orders];
}

const tableOf = ({ table }: Repository): string => table;
const SEVERAL = /run by several instances/;

describe('Several instances of one cached method', () => {
  it.each([
    ['two subclasses', (): AppParts => ({ providers: [...inherited()] })],
    [
      'one class under two tokens',
      (): AppParts => {
        const Base = repository();
        const under = (provide: string) => ({ provide, useFactory: () => new Base(provide) });
        return { providers: [under('users'), under('orders')] };
      },
    ],
    [
      'one class in two modules',
      (): AppParts => {
        const Base = repository();
        const provider = { provide: Base, useFactory: () => new Base('one') };
        @Module({ providers: [provider] })
        class One {}
        @Module({ providers: [provider] })
        class Other {}
        return { imports: [One, Other] };
      },
    ],
  ])('instances with one key are refused at start: %s', async (_, parts) => {
    const starting = startApp(parts());
    await expect(starting).rejects.toThrow(CacheOptionsError);
    await expect(starting).rejects.toThrow(SEVERAL);
  });

  it('instances with one key are refused at their first call where they are made later', async () => {
    const Base = repository();
    const { app } = await start({
      providers: [{ provide: 'users', useFactory: () => new Base('users') }],
    });
    await app.get<Repository>('users').find(1);
    await expect(new Base('orders').find(1)).rejects.toThrow(SEVERAL);
    class Orders extends Base {
      constructor() {
        super('orders');
      }
      override async find(id: number): Promise<string> {
        return super.find(id);
      }
    }
    await expect((await app.get(ModuleRef).create(Orders)).find(1)).rejects.toThrow(SEVERAL);
    expect(await app.get<Repository>('users').find(1)).toBe('users 1');
  });

  it('instances have entries of their own where a function distinguishes them', async () => {
    const [Users, Orders] = inherited(tableOf);
    if (Users === undefined || Orders === undefined) throw new Error('two classes');
    const { app, cache } = await start({ providers: [Users, Orders] });
    expect(await app.get(Users).find(1)).toBe('users 1');
    expect(await app.get(Orders).find(1)).toBe('orders 1');
    expect(await cache.get('users:find:1')).toBe('users 1');
    expect(await cache.get('orders:find:1')).toBe('orders 1');
  });

  it('instances share their entries where they are declared to', async () => {
    const [Users, Orders] = inherited('shared');
    if (Users === undefined || Orders === undefined) throw new Error('two classes');
    const { app } = await start({ providers: [Users, Orders] });
    expect(await app.get(Users).find(1)).toBe('users 1');
    expect(await app.get(Orders).find(1)).toBe('users 1');
  });

  it('instances may be request-scoped or transient where it is declared which share entries', async () => {
    const Base = repository(tableOf);
    @Injectable({ scope: Scope.TRANSIENT })
    class Users extends Base {
      static made = 0;
      constructor() {
        super(`users${String(Users.made++ % 2)}`);
      }
    }
    const { app } = await start({ providers: [Users] });
    const found = [];
    for (let n = 0; n < 4; n++) found.push(await (await app.resolve(Users)).find(1));
    expect([...found].sort()).toEqual(['users0 1', 'users0 1', 'users1 1', 'users1 1']);
  });

  it('instances are one where a token stands for another, and through two caches', async () => {
    class Both {
      @CacheAside({ key: () => 'both:one' })
      async one(): Promise<number> {
        return Promise.resolve(1);
      }
      @CacheAside({ cache: 'reports', key: () => 'both:one' })
      async other(): Promise<number> {
        return Promise.resolve(2);
      }
    }
    const { app } = await start({
      providers: [Both, { provide: 'alias', useExisting: Both }],
      imports: [CacheModule.forRoot({ name: 'reports', prefix: 'reports:', logLevel: 'off' })],
    });
    expect([await app.get<Both>('alias').one(), await app.get(Both).other()]).toEqual([1, 2]);
  });
});

describe.each(PLATFORMS)('Inherited cached routes, on %s:', (platform) => {
  const crud = (instances?: Instances): Type<{ table: string }> => {
    class Crud {
      readonly table: string = 'none';
      @Get(':id')
      @CacheAside({
        scope: 'shared',
        instances,
        key: ({ params }) => cacheKey`one:${params['id'] ?? ''}`,
        ttl: 60,
      })
      one(@Param('id') id: string): unknown {
        return { table: this.table, id };
      }
    }
    return Crud;
  };
  const routes = (instances?: Instances): Type[] => {
    const Base = crud(instances);
    @Controller('users')
    class UsersRoute extends Base {
      override readonly table = 'users';
    }
    @Controller('orders')
    class OrdersRoute extends Base {
      override readonly table = 'orders';
    }
    return [UsersRoute, OrdersRoute];
  };

  it('an inherited cached route is refused when two controllers inherit it', async () => {
    await expect(startApp({ platform, controllers: routes() })).rejects.toThrow(SEVERAL);
  });

  it('an inherited cached route has entries of its own where a function distinguishes the controllers', async () => {
    const { get, cache } = await start({ platform, controllers: routes(tableOf) });
    for (const table of ['users', 'orders', 'users', 'orders']) {
      expect((await get(`/${table}/1`)).text).toBe(JSON.stringify({ table, id: '1' }));
    }
    expect((await cache.getStats()).local.hits).toBe(2);
    expect(await cache.exists('orders:one:1')).toBe(true);
  });

  it('a cached route is refused when one controller is registered under two prefixes', async () => {
    @Controller()
    class Twice extends crud() {}
    @Module({ controllers: [Twice] })
    class A {}
    @Module({ controllers: [Twice] })
    class B {}
    const imports = [
      A,
      B,
      RouterModule.register([
        { path: 'a', module: A },
        { path: 'b', module: B },
      ]),
    ];
    await expect(startApp({ platform, imports })).rejects.toThrow(SEVERAL);
  });

  it('cached routes of one key answer 500, once and with a log line, where one function makes their classes', async () => {
    const made = (table: string): Type => {
      @Controller(table)
      class Made {
        @Get('one')
        @CacheAside({ scope: 'shared', key: () => cacheKey`made:one` })
        one(): unknown {
          return { table };
        }
      }
      return Made;
    };
    const { get } = await start({ platform, controllers: [made('users'), made('orders')] });
    expect((await get('/users/one')).status).toBe(500);
  });

  it('a cached route is refused when a class overrides it and leaves the decorator out', async () => {
    @Controller('users')
    class Overrides extends crud() {
      @Get(':id')
      one(@Param('id') id: string): unknown {
        return { id };
      }
    }
    await expect(startApp({ platform, controllers: [Overrides] })).rejects.toThrow(
      /Overrides\.one takes the place of a handler with @CacheAside/,
    );
  });
});
