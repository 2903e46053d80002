import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import {
  ClassSerializerInterceptor,
  Controller,
  Get,
  Redirect,
  UseInterceptors,
} from '@nestjs/common';
import { Exclude } from 'class-transformer';
import type { Observable } from 'rxjs';
import { tap } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { AnswerEntry } from '@gad/cache';
import type { RawHandlerOptions } from '../../src/nest/cache-aside.options.js';
import { CacheAside, cacheKey } from '@gad/cache';
import type { RunningApp } from '../support/nest-app.js';
import { PLATFORMS, startApp } from '../support/nest-app.js';

interface Item {
  readonly id: number;
  readonly name: string;
}

const ITEM: Item = { id: 7, name: 'MARK' };
let runs: number;
let tags: number;
let seen: unknown[];

const tagOf = ({ id }: Item): string => `tag ${++tags} of ${id}`;

const answered = (entry: AnswerEntry<Item>): unknown => {
  seen.push(Object.isFrozen(entry.value));
  const { hit, ttl } = entry;
  return entry.json.with({ tag: entry.json.once(tagOf), _cache: { hit, ttl } });
};

const aside = <V>(name: string, more: Partial<RawHandlerOptions<V>> = {}): MethodDecorator =>
  CacheAside({
    ...{ scope: 'shared', key: () => cacheKey`raw:${name}`, ttl: 60, rawJson: true },
    ...more,
  });

class Account {
  readonly id = 1;
  @Exclude() readonly secret = 'SECRET';
}

/** Outside of the cache. */
class Watching implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler<unknown>): Observable<unknown> {
    return next.handle().pipe(tap((body) => void seen.push(typeof body)));
  }
}

@Controller()
class RawController {
  @Get('item')
  @aside('item')
  item(): Item {
    runs++;
    return ITEM;
  }

  @Get('mapped')
  @aside<Item>('mapped', { map: answered, valid: (value) => (value as Item).id === 7 })
  mapped(): Item {
    runs++;
    return { ...ITEM };
  }

  @Get('uncached')
  @aside<Item>('uncached', { map: answered, enabled: false })
  uncached(): Item {
    return { ...ITEM };
  }

  @Get('account')
  @aside('account')
  @UseInterceptors(ClassSerializerInterceptor)
  account(): Account {
    runs++;
    return new Account();
  }

  @Get('moved')
  @Redirect('/by-default', 301)
  @aside('moved')
  moved(): unknown {
    runs++;
    return { url: '/there?a=1', statusCode: 307 };
  }

  @Get('watched')
  @aside('watched')
  @UseInterceptors(Watching)
  watched(): Item {
    return { ...ITEM };
  }
}

/** How often a text with the mark, or an object that has it, went through JSON meanwhile. */
async function conversions(run: () => Promise<unknown>): Promise<number> {
  const marked = (given: unknown): boolean =>
    typeof given === 'string'
      ? given.includes(ITEM.name)
      : typeof given === 'object' && given !== null && Object.values(given).includes(ITEM.name);
  const [parse, stringify] = [jest.spyOn(JSON, 'parse'), jest.spyOn(JSON, 'stringify')];
  try {
    await run();
    const given: readonly unknown[] = [...parse.mock.calls, ...stringify.mock.calls].map(
      ([first]: readonly unknown[]) => first,
    );
    return given.filter(marked).length;
  } finally {
    parse.mockRestore();
    stringify.mockRestore();
  }
}

describe.each(PLATFORMS)('With rawJson, on %s:', (platform) => {
  let running: RunningApp;
  beforeEach(async () => {
    [runs, tags, seen] = [0, 0, []];
    running = await startApp({ platform, controllers: [RawController] });
  });
  afterEach(() => running.close());

  it('a hit is the stored text, parsed for the first hit only and stringified for none', async () => {
    const miss = await running.get('/item');
    await running.get('/item');
    let hit = miss;
    const converted = await conversions(async () => {
      for (let each = 0; each < 3; each++) hit = await running.get('/item');
    });
    expect({ text: hit.text, runs, converted }).toEqual({ text: miss.text, runs: 1, converted: 0 });
    expect(hit.text).toBe(JSON.stringify(ITEM));
    expect(hit.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(hit.headers.get('content-type')).toBe(miss.headers.get('content-type'));
  });

  it('map adds members to the text, and what is made of the value is made once', async () => {
    await running.get('/mapped');
    const first = await running.get('/mapped');
    const converted = await conversions(() => running.get('/mapped'));
    const tag = first.text.includes('tag 1') ? 'tag 1 of 7' : 'tag 2 of 7';
    expect(first.text).toBe(`{"id":7,"name":"MARK","tag":"${tag}","_cache":{"hit":true,"ttl":60}}`);
    expect(first.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect({ converted, runs, seen }).toEqual({ converted: 0, runs: 1, seen: [true, true, true] });
    expect(tags).toBeLessThanOrEqual(2);
  });

  it('map may answer with a text where nothing is cached', async () => {
    const { text } = await running.get('/uncached');
    expect(JSON.parse(text)).toMatchObject({ ...ITEM, _cache: { hit: false } });
  });

  it('a stored text that is not valid is not sent', async () => {
    await running.get('/mapped');
    await running.cache.set('raw:mapped', { id: 8, name: 'MARK' });
    const { text } = await running.get('/mapped');
    expect(JSON.parse(text)).toMatchObject({ id: 7, name: 'MARK' });
    expect(runs).toBe(2);
  });

  it('a serializer interceptor around the handler gets values, and hides what it hides', async () => {
    const texts = [await running.get('/account'), await running.get('/account')];
    expect(texts.map(({ text }) => text)).toEqual(['{"id":1}', '{"id":1}']);
    expect(runs).toBe(1);
  });

  it('a redirect of a hit leads where the handler said', async () => {
    const url = await running.app.getUrl();
    for (let each = 0; each < 3; each++) {
      const { status, headers } = await fetch(`${url}/moved`, { redirect: 'manual' });
      expect([status, headers.get('location')]).toEqual([307, '/there?a=1']);
    }
    expect(runs).toBe(1);
  });

  it('an interceptor outside sees the text of a miss as of a hit', async () => {
    await running.get('/watched');
    await running.get('/watched');
    expect(seen).toEqual(['string', 'string']);
  });
});
