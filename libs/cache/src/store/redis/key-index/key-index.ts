import { randomBytes } from 'node:crypto';
import { CacheUnavailableError } from '../../../cache-errors.js';
import type { KeyLayout, LexRange } from '../key-layout.js';
import { behind } from '../key-layout.js';
import { scanNames } from './keyspace-scan.js';
import type { RedisConnection } from '../connection/redis-connection.js';
import { asBytes, asList, asNumber, asText } from '../replies.js';
import { EPOCHS } from '../stored-formats.js';
import {
  READ_RANGE,
  REBUILD_ADD,
  REBUILD_BEGIN,
  REBUILD_SEAL,
} from '../scripts/compiled-scripts.js';

/** A rebuild whose mark is older than this, in milliseconds, counts as abandoned. */
const OLD_MARK_MS = 60_000;
const PAGE = 500;

/**
 * The sorted index of all keys under the prefix: a superset of the live keys while its sentinel
 * exists. The sentinel has an epoch, because an index that was lost *and* rebuilt between two pages
 * of a reader has a sentinel again, although pages were missing.
 */
export class KeyIndex {
  #rebuilding: Promise<boolean> | undefined;
  /** The sentinel of the index that a removal read last. */
  #sentinel: string | undefined;

  constructor(
    private readonly connection: RedisConnection,
    private readonly layout: KeyLayout,
    private readonly withinMs: number,
  ) {}

  /** The epoch of a complete index, or `undefined`. One call. */
  async epoch(): Promise<string | undefined> {
    const { connection, layout, withinMs } = this;
    const reply = await connection.send(
      ['ZRANGEBYLEX', layout.index, EPOCHS.min, EPOCHS.max, 'LIMIT', '0', '1'],
      withinMs,
      'always',
    );
    return asText(asList(reply)[0]);
  }

  /**
   * The members of a range, page by page; the consumer may remove them. Returns whether the index
   * was complete from the first page to the last.
   */
  async *pages(range: LexRange, size = PAGE): AsyncGenerator<Buffer[], boolean, undefined> {
    const before = await this.epoch();
    if (before === undefined) return false;
    let rest = range;
    for (;;) {
      const members = await this.#page(rest, size);
      if (members.length > 0) yield members;
      const last = members.at(-1);
      if (last === undefined || members.length < size) break;
      rest = behind(last, rest);
    }
    return (await this.epoch()) === before;
  }

  /**
   * One page of the index for a removal, as `READ_RANGE` answers: by that script, or while the index is
   * the one that it read last, by three plain commands, which cost the server half as much. The last of them
   * finds the sentinel, so the page was read from a complete index: no other has the same one. The first
   * and the last are writes without an effect, so the page was read from a server that takes removals.
   */
  async readForRemoval(range: LexRange, size: number): Promise<unknown> {
    const { connection, layout, withinMs } = this;
    const known = this.#sentinel;
    const page = known === undefined ? undefined : await this.#readPlainly(range, size, known);
    if (page !== undefined) return page;
    const keys = [layout.index, layout.removals];
    const args = [range.min, range.max, String(size)];
    const read = await connection.run(READ_RANGE, keys, args, withinMs, 'always', 'sendForBytes');
    this.#sentinel = asBytes(asList(read)[0]).toString() || undefined;
    return read;
  }

  /**
   * Completes the index if necessary: sets a mark, adds everything that SCAN finds, and seals the
   * index if the mark still exists; if it does not, additions may be lost, too. Writers add their
   * keys meanwhile. Resolves with whether the index is complete.
   *
   * Cost: one SCAN of the database. Runs one rebuild at a time in this process, and none while
   * another process's is running.
   */
  rebuild(): Promise<boolean> {
    this.#rebuilding ??= this.#rebuild().finally(() => (this.#rebuilding = undefined));
    return this.#rebuilding;
  }

  /** As `rebuild`, for callers that do not depend on it: failures are left to the next one. */
  rebuildInBackground(): void {
    this.rebuild().catch((error: unknown) => {
      if (!(error instanceof CacheUnavailableError)) throw error;
    });
  }

  async #page(range: LexRange, size: number): Promise<Buffer[]> {
    const reply = await this.connection.sendForBytes(
      ['ZRANGEBYLEX', this.layout.index, range.min, range.max, 'LIMIT', '0', String(size)],
      this.withinMs,
      'always',
    );
    return asList(reply).map(asBytes);
  }

  /** `undefined` when the index is another one, or the server refused: the script says what that means. */
  async #readPlainly(
    range: LexRange,
    size: number,
    sentinel: string,
  ): Promise<unknown[] | undefined> {
    const { connection, layout, withinMs } = this;
    const touch = (key: string, member: string): Promise<unknown> =>
      connection.send(['ZADD', key, 'XX', 'INCR', '0', member], withinMs, 'always');
    try {
      const [announced, members, found] = await Promise.all([
        touch(layout.removals, 'seq'),
        this.#page(range, size),
        touch(layout.index, sentinel),
      ]);
      if (found === null) return undefined;
      return [Buffer.from(sentinel), announced === null ? 0 : 1, ...members];
    } catch (error) {
      if (error instanceof CacheUnavailableError && error.reason === 'refused') return undefined;
      throw error;
    }
  }

  async #rebuild(): Promise<boolean> {
    const { connection, layout, withinMs } = this;
    if ((await this.epoch()) !== undefined) return true;
    const nonce = randomBytes(9).toString('base64url');
    const mark = asText(
      await connection.run(
        REBUILD_BEGIN,
        [layout.index],
        [nonce, String(OLD_MARK_MS)],
        withinMs,
        'always',
      ),
    );
    if (mark === undefined || mark === '') return (await this.epoch()) !== undefined;
    for await (const names of scanNames(connection, layout.scanPattern, withinMs)) {
      const members = names.map((name) => layout.memberOf(name)).filter((m) => m !== undefined);
      if (members.length === 0) continue;
      const args = [mark, ...members];
      const kept = await connection.run(REBUILD_ADD, [layout.index], args, withinMs, 'always');
      if (asNumber(kept) === 0) return false;
    }
    const epoch = randomBytes(9).toString('base64url');
    const [keys, args] = [
      [layout.index, layout.absent],
      [mark, epoch],
    ];
    const sealed = await connection.run(REBUILD_SEAL, keys, args, withinMs, 'always');
    return asNumber(sealed) === 1;
  }
}
