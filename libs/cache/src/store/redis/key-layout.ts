import type { Glob } from '../../keys/glob.js';
import { escapeGlob } from '../../keys/glob.js';

const NUL = 0x00;

/**
 * The names of everything that a cache keeps in Redis.
 *
 * - A value, or the lease on it, lives at `<prefix><key>`: readable as it is in `redis-cli`.
 * - Bookkeeping lives at `<prefix>\0…`. Keys and patterns may not hold control characters, so no
 *   user key can name it and no wildcard can reach it (removals skip names that begin so).
 *
 * All names of one cache begin with the prefix, so a hash tag in the prefix (`{gad}:`) puts a key,
 * its lease, its staged value and the index into one Cluster slot, which is what the scripts need.
 */
export class KeyLayout {
  readonly index: string;
  /** The bookkeeping of the log's relay, and how far it has come. */
  readonly relay: string;
  readonly cursor: string;
  /** Messages are shared by all databases of a server, unlike keys. */
  readonly channel: string;
  /** What processes with copies in their memory need to know: see `announce-scripts`. */
  readonly removals: string;
  /** Where removals are announced to them. */
  readonly removalChannel: string;
  readonly prefixBytes: Buffer;
  readonly #stagingPrefix: string;
  readonly #database: number;

  constructor(
    readonly prefix: string,
    database: number,
  ) {
    this.#database = database;
    this.index = `${prefix}\0index`;
    this.relay = `${prefix}\0relay`;
    this.cursor = `${prefix}\0cursor`;
    this.channel = `${prefix}\0awake:${database}`;
    this.removals = `${prefix}\0removals`;
    this.removalChannel = `${prefix}\0removed:${database}`;
    this.prefixBytes = Buffer.from(prefix);
    this.#stagingPrefix = `${prefix}\0staged:`;
  }

  data(key: string): string {
    return this.prefix + key;
  }

  /** Where a large value waits for its fill; the id must be used once only. */
  staging(id: string): string {
    return this.#stagingPrefix + id;
  }

  /** Whose turn it is to refresh a key: beside its value, in the same slot. */
  refresh(key: string): string {
    return `${this.prefix}\0refresh:${key}`;
  }

  /** Where others confirm to a process that they have dropped what it removed. */
  confirmationChannel(process: string): string {
    return `${this.prefix}\0confirmed:${this.#database}:${process}`;
  }

  /** A key of the application's own, beside the cache and out of its users' reach. */
  own(name: string): string {
    return `${this.prefix}\0own:${name}`;
  }

  /** The glob that finds every name under the prefix, bookkeeping included. */
  get scanPattern(): string {
    return `${escapeGlob(this.prefix)}*`;
  }

  /** The glob that finds the names of matching keys. */
  scanPatternOf(glob: Glob): string {
    return escapeGlob(this.prefix) + glob.source;
  }

  /** The key of a full name, or `undefined` for bookkeeping. */
  memberOf(name: Buffer): Buffer | undefined {
    const member = name.subarray(this.prefixBytes.length);
    return member.length === 0 || member[0] === NUL ? undefined : member;
  }
}

/** Bounds of a range of index members, as `ZRANGEBYLEX` takes them. */
export interface LexRange {
  readonly min: Buffer;
  readonly max: Buffer;
}

/** Every member but the index's own, which begin with NUL. */
export const FIRST_MEMBER = Buffer.from('[\x01');
const END = Buffer.from('+');
const EXCLUSIVE = Buffer.from('(');
const INCLUSIVE = Buffer.from('[');

/** The range of members that begin with `literal`. */
export function rangeOf(literal: Buffer): LexRange {
  if (literal.length === 0) return { min: FIRST_MEMBER, max: END };
  return { min: Buffer.concat([INCLUSIVE, literal]), max: successor(literal) };
}

/** The rest of a range behind a member: paging goes on from there, not from the start. */
export function behind(member: Buffer, range: LexRange): LexRange {
  return { min: Buffer.concat([EXCLUSIVE, member]), max: range.max };
}

/** The first text, in byte order, that no longer begins with `literal`. */
function successor(literal: Buffer): Buffer {
  const end = literal.findLastIndex((byte) => byte !== 0xff);
  if (end === -1) return END;
  const bound = Buffer.concat([EXCLUSIVE, literal.subarray(0, end + 1)]);
  bound[end + 1] = (literal[end] ?? 0) + 1;
  return bound;
}
