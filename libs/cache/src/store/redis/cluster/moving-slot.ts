import type { KeySelection } from '../../../keys/key-selection.js';
import { CacheUnavailableError } from '../../../cache-errors.js';
import { replyCode } from '../connection/error-replies.js';
import type { RedisConnection } from '../connection/redis-connection.js';
import type { KeyLayout } from '../key-layout.js';
import { rangeOf } from '../key-layout.js';
import { indexPages } from '../key-index/index-pages.js';
import { asNumber } from '../replies.js';
import { READ_RANGE, REMOVE_ONE } from '../scripts/compiled-scripts.js';
import type { Script } from '../scripts/script.js';

/** Keys that are removed concurrently. */
const SIDE_BY_SIDE = 200;

/** Whether an owner refused a script because some of its keys have moved to another node. */
export function isMoving(error: unknown): error is CacheUnavailableError {
  if (!(error instanceof CacheUnavailableError)) return false;
  return ['ASK', 'TRYAGAIN'].includes(replyCode(error.cause) ?? '');
}

/**
 * Removals from a slot of a Cluster that moves name by name: key by key, each at the owner, or at the
 * node that the owner names because the key is not there any more. Index members stay, and no mark is
 * left, so the relay makes the removal again once the slot has arrived.
 */
export class MovingSlot {
  constructor(
    private readonly connection: RedisConnection,
    private readonly layout: KeyLayout,
    private readonly withinMs: number,
  ) {}

  /**
   * Resolves with the number of removed values.
   *
   * @throws CacheUnavailableError when a key may still be there
   */
  async remove(selection: Exclude<KeySelection, { kind: 'all' }>): Promise<number> {
    if (selection.kind === 'keys') {
      return this.#removeAll(selection.keys.map((key) => Buffer.from(key)));
    }
    const { glob } = selection;
    const { index } = this.layout;
    const pages = indexPages(rangeOf(glob.literalPrefix), SIDE_BY_SIDE, ({ min, max }, size) =>
      this.#run(READ_RANGE, index, [min, max, String(size)]),
    );
    let removed = 0;
    for await (const page of pages) {
      if (page === undefined) {
        throw new CacheUnavailableError(
          'refused',
          'The cache store lacks an index while it moves.',
        );
      }
      removed += await this.#removeAll(page.members.filter((member) => glob.matches(member)));
    }
    return removed;
  }

  async #removeAll(members: readonly Buffer[]): Promise<number> {
    const { prefixBytes, channel } = this.layout;
    let removed = 0;
    for (let at = 0; at < members.length; at += SIDE_BY_SIDE) {
      const answers = await Promise.all(
        members
          .slice(at, at + SIDE_BY_SIDE)
          .map((member) =>
            this.#run(REMOVE_ONE, Buffer.concat([prefixBytes, member]), [channel, member]),
          ),
      );
      removed += answers.reduce<number>((sum, answer) => sum + asNumber(answer), 0);
    }
    return removed;
  }

  /** Runs a script of one key at the owner, or where that says. */
  async #run(
    script: Script,
    key: string | Buffer,
    args: readonly (string | Buffer)[],
  ): Promise<unknown> {
    const { connection, withinMs } = this;
    try {
      return await connection.run(script, [key], args, withinMs, 'optional', 'sendForBytes');
    } catch (error) {
      if (!isMoving(error)) throw error;
      const command = ['EVAL', script.source, '1', key, ...args];
      return connection.sendWhereAsked(error, command, withinMs);
    }
  }
}
