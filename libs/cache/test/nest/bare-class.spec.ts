import { Test } from '@nestjs/testing';
import { expect, it } from '@jest/globals';
import { CacheAside, CacheModule, cacheKey } from '@gad/cache';

let loads = 0;
class Prices {
  @CacheAside({ key: (id: number) => cacheKey`prices:${id}` })
  async of(id: number): Promise<number> {
    loads++;
    return Promise.resolve(id);
  }
}

// One after the other: what has been declared in a process stays declared.
it('a decorated method is the bare method in a process without a CacheModule', async () => {
  const prices = new Prices();
  expect([await prices.of(1), await prices.of(1), loads]).toEqual([1, 1, 2]);
});

it('a decorated method rejects once a CacheModule is declared and its cache not made', async () => {
  const declared = CacheModule.forRoot({ logLevel: 'off' });
  await expect(new Prices().of(1)).rejects.toThrow(/before the cache was created/);
  const module = await Test.createTestingModule({ imports: [declared] }).compile();
  await module.init();
  const prices = new Prices();
  loads = 0;
  expect([await prices.of(2), await prices.of(2), loads]).toEqual([2, 2, 1]);
  await module.close();
});

it('a decorated method is the bare method again when the application has ended', async () => {
  const prices = new Prices();
  loads = 0;
  expect([await prices.of(1), await prices.of(1), loads]).toEqual([1, 1, 2]);
});
