import { describe, expect, it } from '@jest/globals';
import { shardOf, shardTags, SLOTS, slotOf } from './shard-tags.js';

describe('shardTags', () => {
  it('a tag has the slot that CLUSTER KEYSLOT names', () => {
    expect(['foo', 'bar', '123456789', 'a', 'ñ'].map(slotOf)).toEqual([
      12_182,
      5_061,
      12_739,
      15_495,
      slotOf('ñ'),
    ]);
  });

  it.each([1, 2, 7, 60, 240, 1_024])(
    '%d tags lie in one equal share of the slots each',
    (count) => {
      const shares = shardTags(count).map((tag) => Math.floor((slotOf(tag) * count) / SLOTS));
      expect(shares).toEqual(Array.from({ length: count }, (_, n) => n));
    },
  );

  it('any two numbers of shards have a tag in common, by which processes notice', () => {
    for (const count of [1, 2, 3, 12, 59, 60, 61, 1_024]) expect(shardTags(count)).toContain('0');
  });

  it('keys that differ in a digit spread over the shards', () => {
    const counts = new Array<number>(60).fill(0);
    for (let n = 0; n < 60_000; n++) {
      const shard = shardOf(`stats:user:${n}`, 60);
      counts[shard] = (counts[shard] ?? 0) + 1;
    }
    expect(Math.min(...counts)).toBeGreaterThan(800);
    expect(Math.max(...counts)).toBeLessThan(1_200);
  });
});
