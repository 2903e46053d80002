import { CacheAside, CacheInvalidate, cacheKey, cachePattern } from '@gad/cache';

/** Rows of a table `prices (id, n)` on the connection of the current transaction, if there is one. */
export interface PriceRows {
  read(id: number): Promise<number>;
  write(id: number, n: number): Promise<void>;
}

/** A cached read and a write that makes it stale, as an application has them. */
export abstract class Prices implements PriceRows {
  loads = 0;

  @CacheAside({ key: (id: number) => cacheKey`prices:${id}`, ttl: 3_600, instances: 'shared' })
  async of(id: number): Promise<number> {
    this.loads++;
    return this.read(id);
  }

  @CacheInvalidate<[number, number]>(([id]) => cachePattern`prices:${id}`)
  async change(id: number, n: number): Promise<void> {
    await this.write(id, n);
  }

  @CacheInvalidate<[number, number]>({
    patterns: [([id]) => cachePattern`prices:${id}`],
    onUnavailable: 'throw',
  })
  async changeOrThrow(id: number, n: number): Promise<void> {
    await this.write(id, n);
  }

  abstract read(id: number): Promise<number>;
  abstract write(id: number, n: number): Promise<void>;
}
