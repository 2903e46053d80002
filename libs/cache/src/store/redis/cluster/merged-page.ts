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
