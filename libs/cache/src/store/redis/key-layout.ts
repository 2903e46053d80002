import type { Glob } from '../../keys/glob.js';
import { escapeGlob } from '../../keys/glob.js';

const NUL = 0x00;

/**
 * The names of everything that a cache keeps in Redis.
 *
 * - A value, or its lease, is stored at `<prefix><key>`: readable in `redis-cli`.
 * - Bookkeeping is stored at `<prefix>\0…`. Keys and patterns must not contain control characters,
 *   so no user key names it and no wildcard matches it (removals skip such names).
 *
 * All names of one cache begin with the prefix, so a hash tag in the prefix (`{gad}:`) puts a key,
 * its lease, its staged value and the index into one Cluster slot, which is what the scripts need.
 */
export class KeyLayout {
  readonly index: string;
  /** The relay's bookkeeping and cursor. */
  readonly relay: string;
  readonly cursor: string;
  /** Messages are shared by all databases of a server, unlike keys. */
  readonly channel: string;
  /** State of the invalidation stream; see the script `announce`. */
  readonly removals: string;
  /** Marks of the writers' removals; see the script part `marks`. */
  readonly marks: string;
  /** Of no key, ever: a slot that moves refuses a script that names it. */
  readonly absent: string;
  /** Channel of the invalidation stream. */
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
    this.marks = `${prefix}\0marks`;
    this.absent = `${prefix}\0absent`;
    this.removalChannel = `${prefix}\0removed:${database}`;
    this.prefixBytes = Buffer.from(prefix);
    this.#stagingPrefix = `${prefix}\0staged:`;
  }

  data(key: string): string {
    return this.prefix + key;
  }

  /** Where a large value is staged for its fill; each id must be used only once. */
  staging(id: string): string {
    return this.#stagingPrefix + id;
  }

  /** The refresh lease of a key, in the same slot as its value. */
  refresh(key: string): string {
    return `${this.prefix}\0refresh:${key}`;
  }

  /** Channel on which other processes acknowledge a process's removals. */
  confirmationChannel(process: string): string {
    return `${this.prefix}\0confirmed:${this.#database}:${process}`;
  }

  /** A name of the fleet board's bookkeeping. */
  board(name: string): string {
    return `${this.prefix}\0board:${name}`;
  }

  /** A name of the bookkeeping of warming. */
  warming(name: string): string {
    return `${this.prefix}\0warming:${name}`;
  }

  /** A key of the application's scripts, which no cache key or pattern matches. */
  own(name: string): string {
    return `${this.prefix}\0own:${name}`;
  }

  /** The glob that matches every name under the prefix, bookkeeping included. */
  get scanPattern(): string {
    return `${escapeGlob(this.prefix)}*`;
  }

  /** The glob that matches the names of matching keys. */
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
export const FIRST_MEMBER: Buffer = Buffer.from('[\x01');
const END = Buffer.from('+');
const EXCLUSIVE = Buffer.from('(');
const INCLUSIVE = Buffer.from('[');

/** The range of members that begin with `literal`, whose bytes are UTF-8 and so below 0xff. */
export function rangeOf(literal: Buffer): LexRange {
  if (literal.length === 0) return { min: FIRST_MEMBER, max: END };
  const max = Buffer.concat([EXCLUSIVE, literal]);
  max[literal.length] = (literal.at(-1) ?? 0) + 1;
  return { min: Buffer.concat([INCLUSIVE, literal]), max };
}

/** The rest of a range after a member, for the next page. */
export function behind(member: Buffer, range: LexRange): LexRange {
  return { min: Buffer.concat([EXCLUSIVE, member]), max: range.max };
}
