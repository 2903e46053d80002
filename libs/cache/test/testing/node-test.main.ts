/**
 * The testing door in a runner that is not ours: `node --test` runs this file, which is written as
 * a user of `node:test` would write it.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Injectable } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { CacheService } from '@gad/cache';
import { MemoryStore } from '@gad/cache/store';
import { CacheTesting, CacheTestingModule, FakeClock, storeContract } from '@gad/cache/testing';

@Injectable()
class Reports {
  constructor(private readonly cache: CacheService) {}

  of(user: number): Promise<number> {
    return this.cache.getOrSet(`reports:${user}`, () => 45, { ttl: 300 });
  }
}

void describe('A service with a cache, under node:test', () => {
  void it('computes once in the life of an entry, and again after it', async () => {
    const clock = new FakeClock();
    const app = await Test.createTestingModule({
      imports: [CacheTestingModule.forRoot({ clock })],
      providers: [Reports],
    }).compile();
    await app.init();
    const { calls } = app.get(CacheTesting);
    const reports = app.get(Reports);
    assert.deepEqual([await reports.of(2), await reports.of(2)], [45, 45]);
    assert.deepEqual(calls.hits, ['reports:2']);
    clock.advance(300_000);
    assert.equal(await reports.of(2), 45);
    assert.deepEqual(calls.filled, ['reports:2', 'reports:2']);
    await app.close();
  });
});

storeContract("A user's own store", () => Promise.resolve(new MemoryStore()), {
  describe: (name, body) => void describe(name, body),
  it: (name, body) => void it(name, body),
});
