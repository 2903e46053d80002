import type { LexRange } from '../key-layout.js';
import { behind } from '../key-layout.js';
import { asBytes, asList, asNumber } from '../replies.js';

/** Members of the index that were read at once. */
interface IndexPage {
  readonly members: readonly Buffer[];
  /** Whether a removal has to be announced although it finds nothing. */
  readonly announced: boolean;
  readonly isLast: boolean;
}

/**
 * The members of a range of the key index, page by page. Yields `undefined`, and ends, when the index is
 * not complete, or was lost between two pages, even if it is complete again.
 *
 * @param read answers as `READ_RANGE`; called once a page
 * @throws what `read` throws
 */
export async function* indexPages(
  range: LexRange,
  size: number,
  read: (range: LexRange, size: number) => Promise<unknown>,
): AsyncGenerator<IndexPage | undefined, void> {
  let rest = range;
  let epoch: string | undefined;
  for (;;) {
    const [epochBytes, announced, ...found] = asList(await read(rest, size));
    const present = asBytes(epochBytes).toString();
    epoch ??= present;
    if (present === '' || present !== epoch) {
      yield undefined;
      return;
    }
    const members = found.map(asBytes);
    const last = members.at(-1);
    const isLast = last === undefined || members.length < size;
    yield { members, announced: asNumber(announced) === 1, isLast };
    if (isLast) return;
    rest = behind(last, rest);
  }
}
