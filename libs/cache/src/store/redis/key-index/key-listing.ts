import { CacheUnavailableError } from '../../../cache-errors.js';
import type { Glob } from '../../../keys/glob.js';
import { isKey, isUnlisted } from '../../../keys/key-validation.js';
import type { KeyPage, ListedKey, TimedText } from '../../cache-store.js';
import type { KeyIndex } from './key-index.js';
import type { KeyLayout } from '../key-layout.js';
import { behind, rangeOf } from '../key-layout.js';
import { scanNames } from './keyspace-scan.js';
import type { RedisConnection } from '../connection/redis-connection.js';
import { asList, asNumber, valueOf } from '../replies.js';
import { LIST } from '../scripts/compiled-scripts.js';
import { untouched } from '../untouched.js';

/** Collaborators of listings. */
export interface ListingParts {
  readonly connection: RedisConnection;
  readonly layout: KeyLayout;
  /** Absent in `scan` mode. */
  readonly index: KeyIndex | undefined;
  readonly withinMs: number;
}

/**
 * Lists keys in byte order, page by page; a page begins after the last key of the previous one, so
 * it does not depend on changes elsewhere.
 *
 * Cost: with a complete index the candidates of the page; without, a SCAN of the database.
 */
export class KeyListing {
  constructor(private readonly parts: ListingParts) {}

  async page(glob: Glob | undefined, after: string | undefined, limit: number): Promise<KeyPage> {
    const { index } = this.parts;
    if (index !== undefined && (await index.rebuild())) {
      const page = await this.#indexed(index, glob, after, limit);
      if (page !== undefined) return page;
    }
    return this.#scanned(glob, after, limit);
  }

  /** One key; `undefined` when it has no value, or none that can be shown. Two commands. */
  async one(key: string): Promise<(TimedText & { readonly bytes: number }) | undefined> {
    const { connection, layout, withinMs } = this.parts;
    const name = layout.data(key);
    const [ttl, text] = await untouched(connection, withinMs, () =>
      Promise.all([
        connection.send(['PTTL', name], withinMs, 'always'),
        connection.sendAndRead(['GET', name], withinMs, 'always', valueOf).catch(absentIfForeign),
      ]),
    );
    if (text === undefined) return undefined;
    const ttlMs = asNumber(ttl);
    return { text, ttlMs: ttlMs < 0 ? null : ttlMs, bytes: Buffer.byteLength(text) };
  }

  /** Which of these keys have a value. One call. */
  async several(keys: readonly string[]): Promise<(ListedKey | undefined)[]> {
    const found = await this.#live(keys.map((key) => Buffer.from(key)));
    const byKey = new Map(found.map((one) => [one.key, one]));
    return keys.map((key) => byKey.get(key));
  }

  /** `undefined` when the index was lost meanwhile. */
  async #indexed(
    index: KeyIndex,
    glob: Glob | undefined,
    after: string | undefined,
    limit: number,
  ): Promise<KeyPage | undefined> {
    const all = rangeOf(glob?.literalPrefix ?? Buffer.alloc(0));
    const from = after === undefined ? undefined : Buffer.from(after);
    // A cursor before the range (of another pattern) must not widen it.
    const begun = from !== undefined && from.compare(all.min.subarray(1)) >= 0;
    const pages = index.pages(begun ? behind(from, all) : all);
    const items: ListedKey[] = [];
    for (;;) {
      const page = await pages.next();
      if (page.done === true) return page.value ? { items, next: undefined } : undefined;
      const matching = page.value.filter((member) => glob === undefined || glob.matches(member));
      items.push(...(await this.#live(matching)));
      if (items.length > limit) {
        await pages.return(true);
        const shown = items.slice(0, limit);
        return { items: shown, next: shown.at(-1)?.key };
      }
    }
  }

  async #scanned(
    glob: Glob | undefined,
    after: string | undefined,
    limit: number,
  ): Promise<KeyPage> {
    const { connection, layout, withinMs } = this.parts;
    const pattern = glob === undefined ? layout.scanPattern : layout.scanPatternOf(glob);
    const from = after === undefined ? Buffer.alloc(0) : Buffer.from(after);
    const found = new Map<string, Buffer>();
    for await (const names of scanNames(connection, pattern, withinMs)) {
      for (const name of names) {
        const member = layout.memberOf(name);
        if (member === undefined || member.compare(from) <= 0) continue;
        found.set(member.toString('latin1'), member);
      }
    }
    const sorted = [...found.values()].sort((a, b) => a.compare(b));
    const items: ListedKey[] = [];
    for (let at = 0; at < sorted.length && items.length <= limit; at += limit) {
      items.push(...(await this.#live(sorted.slice(at, at + limit))));
    }
    const shown = items.slice(0, limit);
    return { items: shown, next: items.length > limit ? shown.at(-1)?.key : undefined };
  }

  /**
   * The keys that have a value, with ttl and size, in their order. One call. Names that cannot be
   * keys (of other programs, not UTF-8) are skipped: no operation accepts them, and as a cursor
   * their bytes would be altered. Removals do remove them.
   */
  async #live(found: readonly Buffer[]): Promise<ListedKey[]> {
    const members = found.filter((member) => isKey(member) && !isUnlisted(member));
    if (members.length === 0) return [];
    const { connection, layout, withinMs } = this.parts;
    const names = members.map((member) => Buffer.concat([layout.prefixBytes, member]));
    const send = (): Promise<unknown> => connection.run(LIST, names, [], withinMs, 'always');
    const reply = asList(await untouched(connection, withinMs, send));
    return members.flatMap((member, at) => {
      const bytes = asNumber(reply[2 * at]);
      const ttl = asNumber(reply[2 * at + 1]);
      if (bytes < 0) return [];
      return [{ key: member.toString(), ttlMs: ttl < 0 ? null : ttl, bytes }];
    });
  }
}

/** A hash or list of another program cannot be shown. */
function absentIfForeign(error: unknown): undefined {
  const cause = error instanceof CacheUnavailableError ? error.cause : undefined;
  if (cause instanceof Error && cause.message.startsWith('WRONGTYPE')) return undefined;
  throw error;
}
