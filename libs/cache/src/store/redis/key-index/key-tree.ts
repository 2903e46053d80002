import { isKey } from '../../../keys/key-validation.js';
import type { KeyBranch, KeyBranches } from '../../key-branches.js';
import { branchesOf } from '../../key-branches.js';
import { rangeOf } from '../key-layout.js';
import { asBytes, asList, asNumber } from '../replies.js';
import { BRANCHES } from '../scripts/compiled-scripts.js';
import type { ListingParts } from './key-listing.js';
import { scanNames } from './keyspace-scan.js';

/** Branches that one script looks up, so that it does not hold up the server. */
const AT_A_TIME = 25;

/**
 * Counts keys by what follows a prefix, up to the next colon.
 *
 * Cost: with a complete index one call, and one script for each 25 branches; without, a SCAN of the
 * database.
 */
export class KeyTree {
  constructor(private readonly parts: ListingParts) {}

  async branches(prefix: string, from: Buffer | undefined, limit: number): Promise<KeyBranches> {
    const { index } = this.parts;
    const indexed =
      index !== undefined && (await index.rebuild())
        ? await this.#indexed(prefix, from, limit)
        : undefined;
    return { ...(indexed ?? (await this.#scanned(prefix, from, limit))), isEstimate: true };
  }

  /** `undefined` when the index was lost meanwhile. */
  async #indexed(
    prefix: string,
    from: Buffer | undefined,
    limit: number,
  ): Promise<Omit<KeyBranches, 'isEstimate'> | undefined> {
    const { connection, layout, withinMs } = this.parts;
    const all = rangeOf(Buffer.from(prefix));
    const items: KeyBranch[] = [];
    let min = from ?? all.min;
    for (;;) {
      const most = Math.min(AT_A_TIME, limit - items.length);
      const args = [String(Buffer.byteLength(prefix)), min, all.max, String(most)];
      const keys = [layout.index];
      const reply = asList(
        await connection.run(BRANCHES, keys, args, withinMs, 'always', 'sendForBytes'),
      );
      const [epoch, rest, ...found] = reply;
      if (asBytes(epoch).length === 0) return undefined;
      items.push(...branchesIn(found, Buffer.byteLength(prefix)));
      min = asBytes(rest);
      if (min.length === 0) return { items, next: undefined };
      if (items.length >= limit) return { items, next: min };
    }
  }

  async #scanned(
    prefix: string,
    from: Buffer | undefined,
    limit: number,
  ): Promise<Omit<KeyBranches, 'isEstimate'>> {
    const { connection, layout, withinMs } = this.parts;
    const found = new Set<string>();
    for await (const names of scanNames(connection, layout.scanPattern, withinMs)) {
      for (const name of names) {
        const member = layout.memberOf(name);
        if (member !== undefined && isKey(member)) found.add(member.toString());
      }
    }
    return branchesOf(found, prefix, from, limit);
  }
}

/** Names that cannot be keys, of other programs, are left out. */
function branchesIn(found: readonly unknown[], prefixBytes: number): KeyBranch[] {
  const branches: KeyBranch[] = [];
  for (let at = 0; at + 2 < found.length; at += 3) {
    const name = asBytes(found[at]);
    if (name.length > 0 && !isKey(name)) continue;
    branches.push({
      name: name.subarray(prefixBytes).toString(),
      keys: asNumber(found[at + 1]),
      isKey: found[at + 2] === 1,
    });
  }
  return branches;
}
