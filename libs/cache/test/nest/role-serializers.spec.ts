import { AsyncLocalStorage } from 'node:async_hooks';
import type { CallHandler, ExecutionContext, NestInterceptor, Type } from '@nestjs/common';
import {
  ClassSerializerInterceptor,
  Controller,
  Get,
  Injectable,
  Scope,
  UseInterceptors,
} from '@nestjs/common';
import { APP_INTERCEPTOR, Reflector } from '@nestjs/core';
import { Expose } from 'class-transformer';
import type { Observable } from 'rxjs';
import { map } from 'rxjs';
import { describe, expect, it } from '@jest/globals';
import { CacheAside, cacheKey, userPattern } from '@gad/cache';
import type { HandlerCacheOptions, Subject } from '@gad/cache';
import { redisForTests } from '../support/redis-server.js';
import type { AppParts, TestRequest } from '../support/nest-app.js';
import { appPerTest, PLATFORMS, startApp } from '../support/nest-app.js';

class Account {
  readonly id = 1;
  @Expose({ groups: ['admin'] }) readonly audit = 'AUDIT';
}

const roleOf = (context: ExecutionContext): string =>
  context.switchToHttp().getRequest<TestRequest>().headers['x-user'] ?? 'anyone';

/** Groups by role, as Nest's documentation of serializers leads to. */
@Injectable()
class RoleSerializer extends ClassSerializerInterceptor {
  protected override getContextOptions(context: ExecutionContext): { groups: string[] } {
    return { groups: [roleOf(context)] };
  }
}

const ambient = new AsyncLocalStorage<string>();

/** Groups by what surrounds the call, which no option shows. */
@Injectable()
class AmbientSerializer extends ClassSerializerInterceptor {
  override serialize(
    ...[response, options]: Parameters<ClassSerializerInterceptor['serialize']>
  ): ReturnType<ClassSerializerInterceptor['serialize']> {
    return super.serialize(response, { ...options, groups: [ambient.getStore() ?? 'anyone'] });
  }
}

/** With nothing of Nest's own in it. */
@Injectable()
class OwnSerializer implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler<unknown>): Observable<unknown> {
    return next.handle().pipe(map((body) => this.serialize(body, roleOf(context))));
  }
  serialize(body: unknown, role: string): unknown {
    return { ...Object(body), role };
  }
}

@Injectable({ scope: Scope.REQUEST })
class ScopedSerializer extends ClassSerializerInterceptor {}

/** Says nothing of its own: Nest's. */
@Injectable()
class RenamedSerializer extends ClassSerializerInterceptor {}

type Aside = Pick<HandlerCacheOptions, 'scope' | 'vary'>;

function controllerWith(aside: Aside, ...interceptors: Type<NestInterceptor>[]): Type {
  @Controller()
  @UseInterceptors(...interceptors)
  class Accounts {
    @Get()
    @CacheAside({ ...aside, key: () => cacheKey`account:one`, ttl: 60 })
    one(): Account {
      return new Account();
    }
  }
  return Accounts;
}

const start = appPerTest();

describe('A serializer that may depend on the caller is refused at start', () => {
  it.each<[string, AppParts]>([
    ['on the class', { controllers: [controllerWith({ scope: 'shared' }, RoleSerializer)] }],
    ['for each user', { controllers: [controllerWith({ scope: 'user' }, RoleSerializer)] }],
    ['from ambient', { controllers: [controllerWith({ scope: 'shared' }, AmbientSerializer)] }],
    ['of its own making', { controllers: [controllerWith({ scope: 'shared' }, OwnSerializer)] }],
    [
      'by APP_INTERCEPTOR',
      {
        controllers: [controllerWith({ scope: 'shared' })],
        providers: [{ provide: APP_INTERCEPTOR, useClass: RoleSerializer }],
      },
    ],
    [
      'by useGlobalInterceptors',
      {
        controllers: [controllerWith({ scope: 'shared' })],
        configure: (app) => app.useGlobalInterceptors(new RoleSerializer(app.get(Reflector))),
      },
    ],
    [
      'in one object that was changed',
      {
        controllers: [controllerWith({ scope: 'shared' })],
        configure: (app) => {
          const stock = new ClassSerializerInterceptor(app.get(Reflector));
          app.useGlobalInterceptors(Object.assign(stock, { serialize: (body: unknown) => body }));
        },
      },
    ],
  ])('a serializer that may depend on the caller is refused: %s', async (_, parts) => {
    await expect(startApp({ ...parts, options: { userOf: roleOf } })).rejects.toThrow(
      /Accounts\.one is cached, and \w+ may serialise it differently.*vary/,
    );
  });

  it('a serializer on the method, below the cache, is refused, as its output would be stored', async () => {
    @Controller()
    class Below {
      @Get()
      @CacheAside({ scope: 'shared', key: () => cacheKey`account:one` })
      @UseInterceptors(RoleSerializer)
      one(): Account {
        return new Account();
      }
    }
    await expect(startApp({ controllers: [Below] })).rejects.toThrow(/Below\.one .*vary/);
  });

  it('a request-scoped serializer is refused, as its rules cannot be read', async () => {
    const controllers = [controllerWith({ scope: 'shared' }, ScopedSerializer)];
    await expect(startApp({ controllers })).rejects.toThrow(/must not be request-scoped/);
  });
});

const server = redisForTests();

const cases = PLATFORMS.flatMap((platform) =>
  (['memory', 'Redis'] as const).map((store) => ({ platform, store })),
);

describe.each(cases)('Answers that depend on the role, $platform, $store:', (one) => {
  const begin = async (aside: Aside, ...interceptors: Type<NestInterceptor>[]) => {
    const { get, cache, close } = await start({
      platform: one.platform,
      controllers: [controllerWith(aside, ...interceptors)],
      options: {
        userOf: (context): Subject => ['acme', roleOf(context)],
        ...(one.store === 'Redis' && { prefix: 'gad:', redis: { url: server.url } }),
      },
    });
    await cache.clear();
    const hits = async (): Promise<number> => (await cache.getStats()).local.hits;
    return { get, cache, hits, close };
  };
  const ADMIN = '{"id":1,"audit":"AUDIT"}';
  const USER = '{"id":1}';

  it('answers that depend on the role have an entry for each role, under names of no other route', async () => {
    const { get, cache, hits } = await begin({ scope: 'shared', vary: roleOf }, RoleSerializer);
    const texts = [];
    for (const role of ['admin', 'user', 'admin', 'user']) texts.push((await get('/', role)).text);
    expect(texts).toEqual([ADMIN, USER, ADMIN, USER]);
    expect(await hits()).toBe(2);
    expect(await cache.exists('~vary:admin:account:one')).toBe(true);
    await expect(cache.set('~vary:admin:account:one', 1)).rejects.toThrow(/private/);
  });

  it('answers that depend on the role have an entry for each user and role, removed together', async () => {
    const { get, cache } = await begin({ scope: 'user', vary: roleOf }, RoleSerializer);
    expect((await get('/', 'admin')).text).toBe(ADMIN);
    expect((await get('/', 'user')).text).toBe(USER);
    expect(await cache.exists('~user:acme,admin:~vary:admin:account:one')).toBe(true);
    expect(await cache.deletePattern(userPattern(['acme', 'admin']))).toBe(1);
    expect(await cache.exists('~user:acme,user:~vary:user:account:one')).toBe(true);
  });

  it('answers are one entry where a serializer is Nest’s own, or is declared to serialise alike', async () => {
    const { get, cache, close } = await begin({ scope: 'shared' }, RenamedSerializer);
    expect((await get('/', 'admin')).text).toBe(USER);
    expect(await cache.exists('account:one')).toBe(true);
    await close();
    const other = await begin({ scope: 'shared', vary: () => [] }, OwnSerializer);
    expect((await other.get('/', 'admin')).text).toBe('{"id":1,"audit":"AUDIT","role":"admin"}');
    expect(await other.cache.exists('account:one')).toBe(true);
  });
});
