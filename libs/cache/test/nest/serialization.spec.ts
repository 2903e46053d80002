import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import {
  ClassSerializerInterceptor,
  Controller,
  Get,
  Injectable,
  SerializeOptions,
  UseInterceptors,
} from '@nestjs/common';
import { APP_INTERCEPTOR, Reflector } from '@nestjs/core';
import { Exclude, Expose, Transform } from 'class-transformer';
import type { Observable } from 'rxjs';
import { map } from 'rxjs';
import { afterEach, describe, expect, it } from '@jest/globals';
import { CacheAside, cacheKey } from '@gad/cache';
import { redisForTests } from '../support/redis-server.js';
import type { AppParts, RunningApp } from '../support/nest-app.js';
import { PLATFORMS, startApp } from '../support/nest-app.js';

class Account {
  readonly id = 1;
  @Exclude() readonly passwordHash = 'SECRET';
  @Expose({ groups: ['admin'] }) readonly audit = 'AUDIT';
  /** Not the same when done twice. */
  @Transform(({ value }) => `<${String(value)}>`, { toPlainOnly: true }) readonly label = 'x';
}

const aside = (name: string) =>
  CacheAside({ scope: 'shared', key: () => cacheKey`accounts:${name}`, ttl: 60 });

@Controller('plain')
class PlainController {
  @Get('one')
  @aside('one')
  one(): Account {
    return new Account();
  }

  @Get('list')
  @aside('list')
  list(): Account[] {
    return [new Account()];
  }

  @Get('groups')
  @SerializeOptions({ groups: ['admin'] })
  @aside('groups')
  groups(): Account {
    return new Account();
  }

  @Get('typed')
  @SerializeOptions({ type: Account })
  @aside('typed')
  typed(): unknown {
    return { id: 1, passwordHash: 'SECRET', audit: 'AUDIT', label: 'x' };
  }

  @Get('mapped')
  @CacheAside<object>({
    scope: 'shared',
    key: () => cacheKey`accounts:mapped`,
    ttl: 60,
    map: ({ value, hit }) => ({ ...value, hit }),
  })
  mapped(): Account {
    return new Account();
  }

  @Get('mapped-off')
  @CacheAside<object>({
    scope: 'shared',
    key: () => cacheKey`accounts:mapped`,
    enabled: false,
    map: ({ value, bypass }) => ({ ...value, bypass }),
  })
  mappedOff(): Account {
    return new Account();
  }
}

@Controller('class')
@UseInterceptors(ClassSerializerInterceptor)
class ClassLevelController extends PlainController {}

@Controller('method')
class MethodLevelController {
  @Get('outside')
  @aside('outside')
  @UseInterceptors(ClassSerializerInterceptor)
  outside(): Account {
    return new Account();
  }

  @Get('inside')
  @UseInterceptors(ClassSerializerInterceptor)
  @aside('inside')
  inside(): Account {
    return new Account();
  }
}

/** What many applications put around every answer; it differs from request to request. */
@Injectable()
class EnvelopeInterceptor implements NestInterceptor {
  #count = 0;
  intercept(_: ExecutionContext, next: CallHandler<unknown>): Observable<unknown> {
    const request = ++this.#count;
    return next.handle().pipe(map((data) => ({ request, data })));
  }
}

const server = redisForTests();

const stores = [
  ['in-process store', (): AppParts['options'] => ({})],
  ['Redis', (): AppParts['options'] => ({ prefix: 'gad:', redis: { url: server.url } })],
] as const;
const cases = PLATFORMS.flatMap((platform) =>
  stores.map(([store, options]) => ({ platform, store, options })),
);

describe.each(cases)('@Exclude()d fields never leak on hits: $platform, $store:', (one) => {
  let running: RunningApp;
  const start = async (parts: AppParts): Promise<void> => {
    running = await startApp({ ...parts, platform: one.platform, options: one.options() ?? {} });
    await running.cache.clear();
  };
  afterEach(() => running.close());

  /** Asks twice; the second answer comes from the cache and is the same. */
  async function twice(path: string): Promise<unknown> {
    const miss = await running.get(path);
    const hits = (await running.cache.getStats()).local.hits;
    const hit = await running.get(path);
    expect((await running.cache.getStats()).local.hits).toBe(hits + 1);
    expect(hit.text).toBe(miss.text);
    return JSON.parse(hit.text) as unknown;
  }
  const stored = (name: string): Promise<unknown> => running.cache.get(`accounts:${name}`);
  const SHOWN = { id: 1, label: '<x>' };

  it.each([
    ['useGlobalInterceptors', true],
    ['APP_INTERCEPTOR', false],
  ])(
    'an excluded field does not leak on a hit with a global serializer by %s',
    async (_, byCall) => {
      await start({
        controllers: [PlainController],
        providers: byCall
          ? []
          : [{ provide: APP_INTERCEPTOR, useClass: ClassSerializerInterceptor }],
        configure: (app) => {
          if (byCall) app.useGlobalInterceptors(new ClassSerializerInterceptor(app.get(Reflector)));
        },
      });
      expect(await twice('/plain/one')).toEqual(SHOWN);
      expect(await stored('one')).toEqual(SHOWN);
      expect(await twice('/plain/list')).toEqual([SHOWN]);
      expect(await twice('/plain/groups')).toEqual({ ...SHOWN, audit: 'AUDIT' });
      expect(await twice('/plain/typed')).toEqual(SHOWN);
      expect(await stored('typed')).toEqual(SHOWN);
    },
  );

  it('an excluded field does not leak on a hit with a serializer on the class', async () => {
    await start({ controllers: [ClassLevelController] });
    expect(await twice('/class/one')).toEqual(SHOWN);
    expect(await stored('one')).toEqual(SHOWN);
  });

  it('an excluded field does not leak on a hit with a serializer on the method, outside or inside of the cache', async () => {
    await start({ controllers: [MethodLevelController] });
    expect(await twice('/method/outside')).toEqual(SHOWN);
    expect(await stored('outside')).toEqual(SHOWN);
    expect(await twice('/method/inside')).toEqual(SHOWN);
    expect(await stored('inside')).toEqual(SHOWN);
  });

  it('an excluded field does not leak through map, on a hit or a bypass', async () => {
    await start({ controllers: [ClassLevelController] });
    const miss = await running.get('/class/mapped');
    expect(JSON.parse(miss.text)).toEqual({ ...SHOWN, hit: false });
    const hit = await running.get('/class/mapped');
    expect(JSON.parse(hit.text)).toEqual({ ...SHOWN, hit: true });
    const bypass = await running.get('/class/mapped-off');
    expect(JSON.parse(bypass.text)).toEqual({ ...SHOWN, bypass: true });
  });

  it('an addition of another global interceptor is not stored', async () => {
    await start({
      controllers: [PlainController],
      configure: (app) => {
        app.useGlobalInterceptors(
          new ClassSerializerInterceptor(app.get(Reflector)),
          new EnvelopeInterceptor(),
        );
      },
    });
    expect(JSON.parse((await running.get('/plain/one')).text)).toEqual({ request: 1, data: SHOWN });
    expect(JSON.parse((await running.get('/plain/one')).text)).toEqual({ request: 2, data: SHOWN });
    expect(await stored('one')).toEqual(SHOWN);
  });
});
