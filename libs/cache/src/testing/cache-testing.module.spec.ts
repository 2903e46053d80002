import { describe, expect, it } from '@jest/globals';
import { Test } from '@nestjs/testing';
import { CacheService } from '../cache.service.js';
import { CacheTestingModule } from './cache-testing.module.js';
import { FakeClock } from './fake-clock.js';

describe('CacheTestingModule', () => {
  it('gives the real service over a store whose time the test moves', async () => {
    const clock = new FakeClock();
    const app = await Test.createTestingModule({
      imports: [CacheTestingModule.forRoot({ clock, prefix: 'test:' })],
    }).compile();
    await app.init();
    const cache = app.get(CacheService);
    await cache.set('k', 1, { ttl: 300 });
    clock.advance(299_000);
    expect(await cache.ttl('k')).toBe(1);
    expect(cache.fullKey('k')).toBe('test:k');
    clock.advance(1_000);
    expect(await cache.exists('k')).toBe(false);
    await app.close();
  });
});
