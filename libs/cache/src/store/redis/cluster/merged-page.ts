import { unlessUnavailable } from '../../../cache-errors.js';
import type { KeyPage } from '../../cache-store.js';

/** One page out of those of all shards, in byte order. */
export function mergedPage(pages: readonly KeyPage[], limit: number): KeyPage {
  const all = pages
    .flatMap(({ items }) => items)
    .map((item) => ({ item, bytes: Buffer.from(item.key) }))
    .sort((a, b) => a.bytes.compare(b.bytes))
    .map(({ item }) => item);
  const items = all.slice(0, limit);
  const isMore = all.length > limit || pages.some(({ next }) => next !== undefined);
  return { items, next: isMore ? items.at(-1)?.key : undefined };
}

/**
 * The answers of the shards that answer.
 *
 * @throws CacheUnavailableError when none does
 */
export async function answered<Shard, Answer extends object>(
  shards: readonly Shard[],
  ask: (shard: Shard) => Promise<Answer>,
): Promise<{ readonly answers: readonly Answer[]; readonly partial: boolean }> {
  const asked = shards.map(ask);
  const all = await Promise.all(asked.map(unlessUnavailable));
  const answers = all.filter((answer) => answer !== undefined);
  if (answers.length === 0) await Promise.all(asked);
  return { answers, partial: answers.length < all.length };
}
