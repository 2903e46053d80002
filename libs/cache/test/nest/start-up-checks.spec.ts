import type { Type } from '@nestjs/common';
import { Controller, Get, Injectable, Next, Post, Res, Scope, Sse } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { describe, expect, it } from '@jest/globals';
import { EMPTY } from 'rxjs';
import type { Observable } from 'rxjs';
import { CacheAside, CacheInvalidate, CacheModule, CacheOptionsError, cacheKey } from '@gad/cache';
import { startApp } from '../support/nest-app.js';

const key = () => cacheKey`refused:one`;

@Controller()
class ForgotUser {
  // Without types, or through a cast, the scope can be forgotten; at start it cannot.
  @Get()
  @CacheAside({ key: () => 'me' })
  async me(): Promise<number> {
    return Promise.resolve(1);
  }
}

@Controller()
class NoUserOf {
  @Get()
  @CacheAside({ scope: 'user', key })
  me(): number {
    return 1;
  }
}

@Controller()
class WritesItself {
  @Get()
  @CacheAside({ scope: 'shared', key })
  raw(@Res() response: { send(body: unknown): void }): void {
    response.send({});
  }
}

@Controller()
class CallsNext {
  @Get()
  @CacheAside({ scope: 'shared', key })
  raw(@Next() next: () => void): void {
    next();
  }
}

@Controller()
class Events {
  @Sse()
  @CacheAside({ scope: 'shared', key })
  events(): Observable<never> {
    return EMPTY;
  }
}

@Controller()
class Writes {
  @Post()
  @CacheAside({ scope: 'shared', key })
  write(): number {
    return 1;
  }
}

@Controller()
class RefreshedWithResponse {
  @Get()
  @CacheAside({ scope: 'shared', key, ttl: 60, staleWhileRevalidate: 60 })
  refreshed(@Res({ passthrough: true }) _response: unknown): number {
    return 1;
  }
}

@Controller()
class SlowWithResponse {
  @Get()
  @CacheAside({ scope: 'shared', key, ttl: 60, staleIfError: 60, softTimeout: 1 })
  slow(@Res({ passthrough: true }) _response: unknown): number {
    return 1;
  }
}

@Controller()
class RefreshedWithHeaders {
  @Get()
  @CacheAside({ scope: 'shared', key, ttl: 60, earlyRefresh: true, headers: ['etag'] })
  refreshed(): number {
    return 1;
  }
}

@Injectable()
class NoHandler {
  @CacheAside({ scope: 'shared', key })
  method(): number {
    return 1;
  }
}

@Injectable({ scope: Scope.REQUEST })
class RequestScoped {
  @CacheAside({ key: () => 'a:b' })
  async method(): Promise<number> {
    return Promise.resolve(1);
  }
}

@Injectable({ scope: Scope.TRANSIENT })
class Transient {
  @CacheAside({ key: () => 'a:b' })
  async method(): Promise<number> {
    return Promise.resolve(1);
  }
}

@Injectable()
class Misspelt {
  @CacheAside({ cache: 'reprots', key: () => 'a:b' })
  async method(): Promise<number> {
    return Promise.resolve(1);
  }
}

describe('At start, the module refuses', () => {
  it.each<[string, { controllers?: Type[]; providers?: Type[] }, RegExp]>([
    [
      'a handler that does not say whose its answer is',
      { controllers: [ForgotUser] },
      /ForgotUser\.me .*scope: 'user'/,
    ],
    ['scope user without userOf', { controllers: [NoUserOf] }, /NoUserOf\.me .*userOf/],
    ['a handler that writes its answer itself', { controllers: [WritesItself] }, /passthrough/],
    ['a handler that takes next', { controllers: [CallsNext] }, /@Next/],
    ['server-sent events', { controllers: [Events] }, /server-sent events/],
    ['a POST', { controllers: [Writes] }, /not GET or HEAD/],
    [
      'the response in a handler that is refreshed in the background',
      { controllers: [RefreshedWithResponse] },
      /staleWhileRevalidate.*@Res/,
    ],
    [
      'the response in a handler that goes on when its caller has been answered',
      { controllers: [SlowWithResponse] },
      /softTimeout.*@Res/,
    ],
    [
      'headers of a handler that is refreshed in the background',
      { controllers: [RefreshedWithHeaders] },
      /earlyRefresh.*headers/,
    ],
    ['a scope on a method that is no handler', { providers: [NoHandler] }, /not an HTTP handler/],
    ['a request-scoped provider', { providers: [RequestScoped] }, /request-scoped/],
    ['a transient provider', { providers: [Transient] }, /transient/],
    [
      'the name of a cache that is not there',
      { providers: [Misspelt] },
      /"reprots".*does not exist/,
    ],
  ])('the module refuses %s', async (_, parts, message) => {
    const starting = startApp(parts);
    await expect(starting).rejects.toThrow(CacheOptionsError);
    await expect(starting).rejects.toThrow(message);
  });

  it('the module refuses two caches of one name, as neither could be chosen', async () => {
    const starting = startApp({
      imports: [CacheModule.forRoot({ isGlobal: false, prefix: 'other:', logLevel: 'off' })],
    });
    await expect(starting).rejects.toThrow(/two caches without a name/);
  });

  it('the module refuses a cached handler in an application without a cache', async () => {
    const module = await Test.createTestingModule({ controllers: [NoUserOf] }).compile();
    await expect(module.init()).rejects.toThrow(/CacheModule\.forRoot/);
  });
});

describe('The decorator refuses', () => {
  it('the decorator refuses a cookie among the repeated headers, and invalid lifetimes', () => {
    const decorate = (): unknown => {
      class Refused {
        @CacheAside({ scope: 'shared', key, headers: ['Set-Cookie'] })
        handler(): number {
          return 1;
        }
      }
      return Refused;
    };
    expect(decorate).toThrow(/set-cookie/);
    expect(() => CacheAside({ scope: 'shared', key, ttl: 0 })).toThrow(CacheOptionsError);
    expect(() => CacheAside({ scope: 'shared', key, jitter: 2 })).toThrow(CacheOptionsError);
    expect(() => CacheAside({ scope: 'shared', key, earlyRefresh: -1 })).toThrow(CacheOptionsError);
  });
});

describe('The types refuse', () => {
  it('the types refuse keys of other arguments, handlers without a scope’s key, and results of other types', () => {
    class Typed {
      @CacheAside({ key: (id: number) => `a:${id}` })
      async fits(id: number, more: string): Promise<string> {
        return Promise.resolve(more + String(id));
      }

      // @ts-expect-error the method takes a number, the key text
      @CacheAside({ key: (id: string) => `a:${id}` })
      async argument(id: number): Promise<number> {
        return Promise.resolve(id);
      }

      // @ts-expect-error a method that returns at once would become asynchronous
      @CacheAside({ key: (id: number) => `a:${id}` })
      atOnce(id: number): number {
        return id;
      }

      // @ts-expect-error plain text is not a key that text from outside cannot have changed
      @CacheAside({ scope: 'shared', key: ({ params }) => `a:${params['id'] ?? ''}` })
      handler(): number {
        return 1;
      }

      @CacheInvalidate<[number], string>(([id], result) => `a:${id}:${result}`)
      async invalidates(id: number): Promise<string> {
        return Promise.resolve(String(id));
      }

      // @ts-expect-error the result is a number
      @CacheInvalidate<[number], string>(([id], result) => `a:${id}:${result}`)
      async otherResult(id: number): Promise<number> {
        return Promise.resolve(id);
      }
    }
    // The compiler has done the work: an expected error that is none fails the type check.
    expect(Object.getOwnPropertyNames(Typed.prototype)).toHaveLength(7);
  });
});
