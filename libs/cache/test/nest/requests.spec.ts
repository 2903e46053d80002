import type { ArgumentMetadata, PipeTransform } from '@nestjs/common';
import {
  BadRequestException,
  Controller,
  Get,
  NotFoundException,
  Param,
  ParseIntPipe,
} from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CacheAside, cacheKey, validated } from '@gad/cache';
import type { Platform, RunningApp } from '../support/nest-app.js';
import { PLATFORMS, startApp } from '../support/nest-app.js';

class ItemParams {
  id = 0;
}

class PageQuery {
  page = 1;
}

/** What a validation pipe does, as far as these tests need it: numbers, or a 400. */
const numbersOnly: PipeTransform<Record<string, string>> = {
  transform(value, { metatype }: ArgumentMetadata) {
    const checked = metatype === undefined ? {} : (new metatype() as Record<string, unknown>); // a class of this file
    for (const [name, text] of Object.entries(value)) {
      if (!(name in checked)) continue;
      if (!/^\d+$/.test(text)) throw new BadRequestException(`${name} must be a number`);
      checked[name] = Number(text);
    }
    return checked;
  },
};

const checkedRequest = validated({ params: ItemParams, query: PageQuery }, numbersOnly);
const halfChecked = validated({ params: ItemParams }, numbersOnly);

let runs: number;

@Controller('items')
class ItemsController {
  @Get('checked/:id')
  @CacheAside({
    scope: 'shared',
    read: checkedRequest,
    key: ({ params, query }) => cacheKey`items:${params.id}:page:${query.page}`,
    ttl: 60,
  })
  checked(@Param('id', ParseIntPipe) id: number): unknown {
    runs++;
    return { id };
  }

  @Get('half/:id')
  @CacheAside({
    scope: 'shared',
    read: halfChecked,
    key: ({ params, query }) => cacheKey`half:${params.id}:${String(query['q'])}`,
  })
  half(): unknown {
    runs++;
    return {};
  }

  @Get('mapped/:id')
  @CacheAside<{ readonly id: number; readonly cached: boolean }, { n: number } | null>({
    scope: 'shared',
    read: (context) => {
      const { params, query } = context.switchToHttp().getRequest<{
        readonly params: { readonly id: string };
        readonly query: { readonly cached?: string };
      }>();
      return { id: Number(params.id), cached: query.cached !== 'no' };
    },
    key: ({ id }) => cacheKey`mapped:${id}`,
    enabled: ({ cached }) => cached,
    ttl: 300,
    negativeTtl: 30,
    valid: (value, { id }) => value === null || (value as { n?: unknown }).n === id, // of any shape
    map: ({ value, ...how }, { id }) => {
      if (value === null) throw new NotFoundException(`no ${id}`);
      return { ...value, how };
    },
  })
  mapped(@Param('id', ParseIntPipe) id: number): { n: number } | null {
    runs++;
    return id === 0 ? null : { n: id };
  }
}

describe.each(PLATFORMS)('What a cached handler is asked for, on %s:', (platform: Platform) => {
  let running: RunningApp;
  beforeEach(async () => {
    runs = 0;
    running = await startApp({ platform, controllers: [ItemsController] });
  });
  afterEach(() => running.close());
  const body = async (path: string): Promise<unknown> =>
    JSON.parse((await running.get(path)).text) as unknown;

  it('a request is validated before its key is made, on hits too, and has one entry for one meaning', async () => {
    expect((await running.get('/items/checked/x')).status).toBe(400);
    expect((await running.get('/items/checked/7?page=x')).status).toBe(400);
    expect(await body('/items/checked/7')).toEqual({ id: 7 });
    expect(await body('/items/checked/007?page=1')).toEqual({ id: 7 });
    expect(runs).toBe(1);
    expect(await running.cache.exists('items:7:page:1')).toBe(true);
    expect((await running.get('/items/checked/7?page=x')).status).toBe(400);
  });

  it('a request stays raw in the parts that have no class', async () => {
    await running.get('/items/half/1?q=a');
    await running.get('/items/half/1?q=b');
    expect(runs).toBe(2);
    expect(await running.cache.exists('half:1:b')).toBe(true);
  });

  it('a request’s map receives how the value was obtained', async () => {
    const miss = {
      n: 5,
      how: { key: 'gad:mapped:5', hit: false, stored: true, stale: false, ttl: 300, bypass: false },
    };
    expect(await body('/items/mapped/5')).toEqual(miss);
    expect(await body('/items/mapped/5')).toMatchObject({ how: { hit: true, bypass: false } });
    expect(await body('/items/mapped/5?cached=no')).toEqual({
      n: 5,
      how: { key: 'gad:mapped:5', hit: false, stored: false, stale: false, ttl: 0, bypass: true },
    });
    expect(runs).toBe(2);
  });

  it('a request may be answered with an error out of a cached null', async () => {
    expect((await running.get('/items/mapped/0')).status).toBe(404);
    expect((await running.get('/items/mapped/0')).status).toBe(404);
    expect(runs).toBe(1);
    expect(await running.cache.ttl('mapped:0')).toBe(30);
  });

  it('a request is answered by the handler, and the entry removed, when the stored value is not valid', async () => {
    await running.cache.set('mapped:5', { n: 6 });
    expect(await body('/items/mapped/5')).toMatchObject({ n: 5, how: { bypass: true } });
    expect(await running.cache.exists('mapped:5')).toBe(false);
  });
});
