import type { Glob } from '../../engine/glob.js';
import type { KeyIndex } from './key-index.js';
import type { KeyLayout } from './key-layout.js';
import { behind, rangeOf } from './key-layout.js';
import { scanNames } from './keyspace-scan.js';
import type { RedisConnection } from './redis-connection.js';
import { asBytes, asList, asNumber } from './replies.js';
import { DISCARD, REMOVE, REMOVE_RANGE } from './scripts/removal-scripts.js';

/** Keys per script: a chunk blocks the server well under a millisecond. */
const CHUNK = 200;
/** Bytes at either end of a value by which it is recognised. */
const ENDS = 256;

/** What removals work with. */
export interface RemovalParts {
  readonly connection: RedisConnection;
  readonly layout: KeyLayout;
  /** Absent in `scan` mode. */
  readonly index: KeyIndex | undefined;
  /** Milliseconds without an answer after which a removal has failed. */
  readonly withinMs: number;
}

/**
 * Removals from Redis: values and leases alike, counted by value, in chunks. They bypass the
 * breaker, and throw when any of their calls went unanswered.
 *
 * A key leased behind the back of a running removal need not be found: its load began after the
 * removal was asked for.
 *
 * A removal of several calls is done only if all of them were answered on one connection: a server
 * restored from a snapshot between two pages holds again what the first one removed.
 */
export class Removal {
  constructor(private readonly parts: RemovalParts) {}

  /** One script per 200 keys. */
  byName(members: readonly (string | Buffer)[]): Promise<number> {
    return this.#onOneConnection(() => this.#byName(members));
  }

  /**
   * With a complete index: one script per 200 matches for `literal*`, else one page read per 500
   * candidates and one script per 200 matches. Without: a SCAN of the database, and a rebuild.
   */
  matching(glob: Glob): Promise<number> {
    return this.#onOneConnection(() => this.#matching(glob));
  }

  /**
   * The index first, because that is quick, then a SCAN for what others put under the prefix:
   * "everything" should not depend on who wrote it.
   */
  everything(): Promise<number> {
    return this.#onOneConnection(() => this.#everything());
  }

  /**
   * Removes a value if it still is what was read: one `GET`, one script. What is no text was
   * changed by reading it as one, so the bytes are looked at again, and then told from others by
   * their length and both ends: whatever is taken for them by mistake is loaded again.
   */
  async unreadable(key: string, text: string, withinMs: number): Promise<boolean> {
    const { connection, layout, index } = this.parts;
    const name = layout.data(key);
    const reply = await connection.sendForBytes(['GET', name], withinMs, 'guarded');
    if (reply === null || asBytes(reply).toString() !== text) return false;
    const bytes = asBytes(reply);
    const [head, tail] = [bytes.subarray(0, ENDS), bytes.subarray(-ENDS)];
    const args = [String(bytes.length), head, tail, key, index === undefined ? '0' : '1'];
    const keys = [name, layout.index];
    return asNumber(await connection.run(DISCARD, keys, args, withinMs, 'guarded')) === 1;
  }

  async #onOneConnection(remove: () => Promise<number>): Promise<number> {
    const { connection } = this.parts;
    const { generation } = connection;
    const removed = await remove();
    connection.assertGeneration(generation);
    return removed;
  }

  async #byName(members: readonly (string | Buffer)[]): Promise<number> {
    const { connection, layout, index, withinMs } = this.parts;
    let removed = 0;
    for (let at = 0; at < members.length; at += CHUNK) {
      const chunk = members.slice(at, at + CHUNK);
      const names = chunk.map((member) =>
        typeof member === 'string'
          ? layout.data(member)
          : Buffer.concat([layout.prefixBytes, member]),
      );
      const args = [layout.channel, index === undefined ? '0' : '1', ...chunk];
      const keys = [layout.index, ...names];
      removed += asNumber(await connection.run(REMOVE, keys, args, withinMs, 'always'));
    }
    return removed;
  }

  async #matching(glob: Glob): Promise<number> {
    const { index } = this.parts;
    const done =
      index === undefined
        ? { removed: 0, complete: false }
        : glob.isPrefix
          ? await this.#range(glob.literalPrefix)
          : await this.#filtered(index, glob);
    if (done.complete) return done.removed;
    const scanned = await this.#scanned(this.parts.layout.scanPatternOf(glob));
    index?.rebuildInBackground();
    return done.removed + scanned;
  }

  async #everything(): Promise<number> {
    const { index, layout } = this.parts;
    const done = index === undefined ? undefined : await this.#range(Buffer.alloc(0));
    const scanned = await this.#scanned(layout.scanPattern);
    if (done?.complete === false) index?.rebuildInBackground();
    return (done?.removed ?? 0) + scanned;
  }

  async #range(literal: Buffer): Promise<{ removed: number; complete: boolean }> {
    const { connection, layout, withinMs } = this.parts;
    let rest = rangeOf(literal);
    let removed = 0;
    let epoch: string | undefined;
    for (;;) {
      const args = [layout.prefix, rest.min, rest.max, String(CHUNK), layout.channel];
      const reply = await connection.runForBytes(
        REMOVE_RANGE,
        [layout.index],
        args,
        withinMs,
        'always',
      );
      const [epochBytes, count, members, last] = asList(reply);
      removed += asNumber(count);
      const seen = asBytes(epochBytes).toString();
      epoch ??= seen;
      if (seen === '' || seen !== epoch) return { removed, complete: false };
      if (asNumber(members) < CHUNK) return { removed, complete: true };
      rest = behind(asBytes(last), rest);
    }
  }

  async #filtered(index: KeyIndex, glob: Glob): Promise<{ removed: number; complete: boolean }> {
    let removed = 0;
    const pages = index.pages(rangeOf(glob.literalPrefix));
    for (;;) {
      const page = await pages.next();
      if (page.done === true) return { removed, complete: page.value };
      removed += await this.#byName(page.value.filter((member) => glob.matches(member)));
    }
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
