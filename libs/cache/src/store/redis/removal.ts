import type { Glob } from '../../keys/glob.js';
import type { KeySelection } from '../../keys/key-selection.js';
import type { RemovalOptions } from '../cache-store.js';
import { indexPages } from './key-index/index-pages.js';
import type { KeyIndex } from './key-index/key-index.js';
import { isMoving, MovingSlot } from './cluster/moving-slot.js';
import type { KeyLayout } from './key-layout.js';
import type { LexRange } from './key-layout.js';
import { behind, rangeOf } from './key-layout.js';
import { scanNames } from './key-index/keyspace-scan.js';
import type { RedisConnection } from './connection/redis-connection.js';
import type { InvalidationAnnouncer } from './near-cache/invalidation-announcer.js';
import { Announcement } from './near-cache/invalidation-announcer.js';
import { asBytes, asList, asNumber } from './replies.js';
import { DISCARD, REMOVE, REMOVE_RANGE } from './scripts/compiled-scripts.js';

/** Keys per script: a chunk blocks the server well under a millisecond. */
const CHUNK = 200;
/** Members that are read at once. */
const PAGE = 500;
/** Every key is in this range. */
const NOTHING = Buffer.alloc(0);
/** Bytes at either end of a value that identify it. */
const ENDS = 256;

/** Collaborators of removals. */
export interface RemovalParts {
  readonly connection: RedisConnection;
  readonly layout: KeyLayout;
  /** Absent in `scan` mode. */
  readonly index: KeyIndex | undefined;
  /** Whether scripts declare all their keys. */
  readonly declared: boolean;
  readonly announcer: InvalidationAnnouncer;
  /** Milliseconds without an answer after which a removal has failed. */
  readonly withinMs: number;
}

/** What the last script of a removal does besides. */
interface Ending {
  /** Published. */
  readonly announcement: Announcement;
  /** Terms of the mark. */
  readonly terms: string;
  /** The range that was read for the names; absent for names alone. */
  readonly range?: LexRange;
}

/**
 * Removals from Redis: values and leases, of which only values are counted, in chunks. They bypass
 * the breaker and throw when any of their calls is not answered.
 *
 * A key that is leased during a removal need not be found: its load began after the removal.
 *
 * A removal of several calls succeeds only if all were answered on one connection: a server
 * restored from a snapshot between two pages has the removed values again.
 */
export class Removal {
  constructor(private readonly parts: RemovalParts) {}

  /**
   * Publishes the removal with its last script and waits for acknowledgements if required. From a slot
   * that moves only what the log has is removed, key by key: the relay's own removals are refused
   * until the slot has arrived, so that the cursor does not pass the write before.
   */
  async remove(selection: KeySelection, options: RemovalOptions = {}): Promise<number> {
    const { connection, layout, announcer, withinMs } = this.parts;
    const { generation } = connection;
    const announcement = new Announcement(announcer, selection, options.awaitAcks !== false);
    try {
      const count = await this.#whole(selection, announcement, options).catch((error: unknown) => {
        if (options.logged !== true || selection.kind === 'all' || !isMoving(error)) throw error;
        return new MovingSlot(connection, layout, withinMs).remove(selection);
      });
      connection.assertGeneration(generation);
      await announcement.acknowledged();
      return count;
    } catch (error) {
      announcement.failed();
      throw error;
    }
  }

  /**
   * Removes a value if it is still the one that was read: one `GET`, one script. Bytes that are not
   * text were altered by reading them as text, so they are read again and then compared by their
   * length and both ends. A value that is removed by mistake is loaded again.
   */
  async unreadable(key: string, text: string, withinMs: number): Promise<boolean> {
    const { connection, layout, index } = this.parts;
    const name = layout.data(key);
    const reply = await connection.sendForBytes(['GET', name], withinMs);
    if (reply === null || asBytes(reply).toString() !== text) return false;
    const bytes = asBytes(reply);
    const [head, tail] = [bytes.subarray(0, ENDS), bytes.subarray(-ENDS)];
    const args = [String(bytes.length), head, tail, key, index === undefined ? '0' : '1'];
    const keys = [name, layout.index];
    return asNumber(await connection.run(DISCARD, keys, args, withinMs)) === 1;
  }

  #whole(
    selection: KeySelection,
    announcement: Announcement,
    options: RemovalOptions,
  ): Promise<number> {
    const terms = markTerms(selection, options);
    if (selection.kind === 'keys') return this.#byName(selection.keys, { announcement, terms });
    const glob = selection.kind === 'pattern' ? selection.glob : undefined;
    return this.#matching(glob, announcement, terms);
  }

  /**
   * One script per 200 keys.
   *
   * @param ending of the removal that these members complete; without it nothing is published
   */
  async #byName(members: readonly (string | Buffer)[], ending?: Ending): Promise<number> {
    const { connection, layout, index, announcer, withinMs } = this.parts;
    // A range without members is announced as well.
    const least = ending?.range === undefined ? 0 : 1;
    let removed = 0;
    for (let at = 0; at < Math.max(least, members.length); at += CHUNK) {
      const chunk = members.slice(at, at + CHUNK);
      const names = chunk.map((member) =>
        typeof member === 'string'
          ? layout.data(member)
          : Buffer.concat([layout.prefixBytes, member]),
      );
      const last = at + CHUNK >= members.length ? ending : undefined;
      const operands = last?.announcement.operands() ?? announcer.noMessage;
      const { min = '', max = '' } = last?.range ?? {};
      const args = [
        ...[layout.channel, index === undefined ? '0' : '1', ...operands],
        ...[last?.terms ?? '', min, max, ...chunk],
      ];
      const keys = [layout.index, layout.removals, layout.marks, ...names];
      const reply = await connection.run(REMOVE, keys, args, withinMs, 'always');
      const [count, answer] = asList(reply);
      removed += asNumber(count);
      if (last !== undefined) last.announcement.answer = answer;
    }
    return removed;
  }

  /**
   * With a complete index: one script per 200 matches for `literal*`, unless scripts declare their
   * keys; else one that reads per 500 candidates and one per 200 matches. Without: a SCAN of the
   * database, and a rebuild. For all keys both: the index first, because it is fast, then a SCAN for
   * keys of other programs.
   *
   * @param glob absent for all keys
   */
  async #matching(
    glob: Glob | undefined,
    announcement: Announcement,
    terms: string,
  ): Promise<number> {
    const { index, layout, declared } = this.parts;
    let done = { removed: 0, complete: false };
    if (index !== undefined) {
      const range = rangeOf(glob?.literalPrefix ?? NOTHING);
      const ending = glob === undefined ? undefined : { announcement, terms, range };
      const isRange = !declared && glob?.isPrefix !== false;
      done = await (isRange ? this.#range(range, ending) : this.#read(index, range, glob, ending));
    }
    if (glob !== undefined && done.complete) return done.removed;
    const pattern = glob === undefined ? layout.scanPattern : layout.scanPatternOf(glob);
    const scanned = await this.#scanned(pattern);
    await announcement.publish();
    if (!done.complete) index?.rebuildInBackground();
    return done.removed + scanned;
  }

  /**
   * The terms of the mark are for the first page alone: the server may be another one by the second.
   *
   * @param ending of the removal that this range completes; without it nothing is published
   */
  async #range(range: LexRange, ending?: Ending): Promise<{ removed: number; complete: boolean }> {
    const { connection, layout, announcer, withinMs } = this.parts;
    let rest = range;
    let onPage = ending?.terms ?? '';
    let removed = 0;
    let epoch: string | undefined;
    for (;;) {
      const operands = ending?.announcement.operands() ?? announcer.noMessage;
      const reply = await connection.run(
        REMOVE_RANGE,
        [layout.index, layout.removals, layout.marks],
        [layout.prefix, rest.min, rest.max, String(CHUNK), layout.channel, ...operands, onPage],
        withinMs,
        'always',
        'sendForBytes',
      );
      onPage = '';
      const [epochBytes, count, members, last, answer] = asList(reply);
      removed += asNumber(count);
      if (ending !== undefined) ending.announcement.answer = answer;
      const seen = asBytes(epochBytes).toString();
      epoch ??= seen;
      if (seen === '' || seen !== epoch) return { removed, complete: false };
      if (asNumber(members) < CHUNK) return { removed, complete: true };
      rest = behind(asBytes(last), rest);
    }
  }

  /**
   * Reads the members of a range, and removes those that match by name. A key that comes in between
   * is no part of the removal: the index had no lease of it when it was read, so its load began
   * after the write.
   *
   * @param glob absent for all members
   * @param ending as above
   */
  async #read(
    index: KeyIndex,
    range: LexRange,
    glob: Glob | undefined,
    ending?: Ending,
  ): Promise<{ removed: number; complete: boolean }> {
    const { announcer } = this.parts;
    const pages = indexPages(range, PAGE, index.readForRemoval.bind(index));
    let removed = 0;
    for await (const page of pages) {
      if (page === undefined) return { removed, complete: false };
      const { members } = page;
      const matches = glob === undefined ? members : members.filter((each) => glob.matches(each));
      const last = page.isLast ? ending : undefined;
      const isAnnounced = page.announced || announcer.parts.keepsCopies;
      if (matches.length > 0 || (last !== undefined && isAnnounced)) {
        removed += await this.#byName(matches, last);
      }
    }
    return { removed, complete: true };
  }

  async #scanned(pattern: string): Promise<number> {
    const { connection, layout, withinMs } = this.parts;
    let removed = 0;
    for await (const names of scanNames(connection, pattern, withinMs)) {
      const members = names.map((name) => layout.memberOf(name)).filter((m) => m !== undefined);
      removed += await this.#byName(members);
    }
    return removed;
  }
}

/**
 * Terms of the mark, as the scripts take them; none for several keys, whose announcement may cover
 * more than them, and for positions of several lines.
 */
function markTerms(
  selection: KeySelection,
  { committed, unlessMarked = [] }: RemovalOptions,
): string {
  const positions = committed === undefined ? unlessMarked : [committed];
  const several = selection.kind === 'keys' && selection.keys.length > 1;
  if (several || positions.length === 0 || positions.some((each) => /[\r\n]/.test(each))) return '';
  return (committed === undefined ? '-' : '+') + positions.join('\n');
}
