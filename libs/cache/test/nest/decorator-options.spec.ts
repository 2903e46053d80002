import { Get, Injectable } from '@nestjs/common';
import { afterEach, describe, expect, it } from '@jest/globals';
import { CacheAside, CacheInvalidate, userPattern } from '@gad/cache';
import type { RunningApp } from '../support/nest-app.js';
import { startApp } from '../support/nest-app.js';

type Untyped = (...given: unknown[]) => (...target: unknown[]) => unknown;
// As from JavaScript, or with options that are spread.
const aside = CacheAside as unknown as Untyped;
const invalidate = CacheInvalidate as unknown as Untyped;

/** Puts a decorator on a method `Some.one`. */
function put(decorator: (...target: unknown[]) => unknown): void {
  class Some {
    one(): Promise<number> {
      return Promise.resolve(1);
    }
  }
  const method = Object.getOwnPropertyDescriptor(Some.prototype, 'one');
  Get()(Some.prototype, 'one', method ?? {});
  decorator(Some.prototype, 'one', method);
}

const key = (): string => 'k';
const scope = 'shared';

describe('What a decorator is given', () => {
  it.each<[string, object, RegExp]>([
    ['key', { scope }, /key must be a function, not undefined/],
    ['key', { key: undefined }, /key must be a function, not undefined/],
    ['key', { key: 'k' }, /key must be a function, not 'k'/],
    ['ttl', { key, ttl: '60' }, /not '60'/],
    ['scope', { key, scope: 'public' }, /scope must be 'shared' or 'user', not 'public'/],
    ['cache', { key, cache: 7 }, /cache must be a text that is not empty, not 7/],
    ['staleIfError', { key, staleIfError: 5 }, /staleIfError needs ttl/],
    ['options', null as never, /options of @CacheAside must be an object, not null/],
    ['options', undefined as never, /options of @CacheAside must be an object, not undefined/],
    ['enabled', { key, enabled: 'false' }, /enabled must be true, false or a function/],
    ['instances', { key, instances: 'own' }, /instances must be 'shared' or a function/],
    ['vary', { scope, key, vary: 'role' }, /vary must be a function, not 'role'/],
    ['read', { scope, key, read: {} }, /read must be a function, not \{\}/],
    ['valid', { scope, key, valid: true }, /valid must be a function, not true/],
    ['map', { scope, key, map: [] }, /map must be a function, not \[\]/],
    ['headers', { scope, key, headers: 'etag' }, /headers must be a list of texts/],
    ['headers', { scope, key, headers: [1] }, /headers must be a list of texts/],
    ['rawJson', { scope, key, rawJson: 'false' }, /rawJson must be true or false/],
  ])(
    'the option %s of another kind is refused where the decorator is put: %j',
    (option, options, sentence) => {
      const decorate = (): void => put(aside(options));
      expect(decorate).toThrow(sentence);
      expect(decorate).toThrow(option);
    },
  );

  it('all options that there are can be given together, left out ones included', () => {
    const times = {
      ttl: 9,
      jitter: 0.1,
      negativeTtl: 1,
      staleIfError: 1,
      hardTimeout: 9,
      local: 1,
    };
    const both = { ...times, cache: 'c', enabled: () => true, instances: 'shared' };
    const stale = { staleWhileRevalidate: 1, softTimeout: 1, earlyRefresh: true };
    const callbacks = { read: key, vary: key, valid: key, map: key };
    put(aside({ key, ...both, ...stale, scope: undefined }));
    put(aside({ key, ...both, ...callbacks, scope, headers: ['etag'], rawJson: true }));
  });

  it('an invalidation without a pattern, or with one that cannot match, is refused', () => {
    expect(() => put(invalidate())).toThrow(/Some\.one: @CacheInvalidate needs a pattern/);
    expect(() => put(invalidate({ patterns: [] }))).toThrow(/needs a pattern/);
    for (const wrong of ['', 'a\0b', 7, undefined]) {
      expect(() => put(invalidate(wrong))).toThrow(/pattern is invalid/);
    }
  });

  it.each<[unknown[], RegExp]>([
    [[{ patterns: ['a'], onUnavailable: 'ignore' }], /onUnavailable must be 'retry' or 'throw'/],
    [[{ patterns: ['a'], cache: 7 }], /cache must be a text that is not empty, not 7/],
    [[{ patterns: 'a' }], /@CacheInvalidate: patterns must be a list, not 'a'/],
    [[{}], /@CacheInvalidate: patterns must be a list, not undefined/],
    [['a', { patterns: ['b'] }], /takes either patterns or one object of options/],
    [[{ patterns: ['a'] }, { patterns: ['b'] }], /takes either patterns or one object of options/],
    [[null], /options of @CacheInvalidate must be an object, not null/],
  ])('an invalidation with wrong options is refused: %j', (given, sentence) => {
    expect(() => invalidate(...given)).toThrow(sentence);
  });

  it('a decorator that the compiler calls as a standard one says which option of the compiler it needs', () => {
    const context = { kind: 'method', name: 'one', static: false, private: false };
    for (const decorator of [aside({ key }), aside({ key, scope }), invalidate('a:*')]) {
      expect(() => decorator(() => Promise.resolve(1), context)).toThrow(/experimentalDecorators/);
    }
  });

  it.each([[''], [[]], [[7, '']], [NaN], [true], [null], [undefined]])(
    'a pattern for the entries of the user %j is refused, as it would remove nothing',
    (subject) => {
      expect(() => userPattern(subject as never)).toThrow(/names no caller/);
    },
  );
});

describe('A decorated method', () => {
  let running: RunningApp | undefined;
  afterEach(() => running?.close());

  it('a decorated method that is a generator rejects, and a page with a next is cached', async () => {
    @Injectable()
    class Pages {
      runs = 0;
      *rows(): Generator<number> {
        yield 1;
      }
      async *stream(): AsyncGenerator<number> {
        yield Promise.resolve(1);
      }
      async page(): Promise<object> {
        this.runs++;
        return Promise.resolve({ items: [], next: 'cursor' });
      }
    }
    for (const name of ['rows', 'stream', 'page']) {
      const method = Object.getOwnPropertyDescriptor(Pages.prototype, name) ?? {};
      aside({ key: () => name })(Pages.prototype, name, method);
      Object.defineProperty(Pages.prototype, name, method);
    }
    running = await startApp({ providers: [Pages] });
    const pages = running.app.get(Pages);
    for (const bits of [pages.rows(), pages.stream()]) {
      await expect(bits).rejects.toThrow(/not an Observable, a stream or a generator/);
    }
    for (let n = 0; n < 2; n++) expect(await pages.page()).toEqual({ items: [], next: 'cursor' });
    expect(pages.runs).toBe(1);
  });
});
