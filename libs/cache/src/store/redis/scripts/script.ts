import { createHash } from 'node:crypto';

/** A Lua script with its digest. */
export interface Script {
  readonly source: string;
  readonly sha1: string;
}

/**
 * Creates a script from its source. The scripts of the store itself are `.lua` files in this
 * folder.
 *
 * None of them has a `#!lua` line: with one, but without the `allow-oom` flag, a full server
 * rejects the whole script, removals included. Without it only the single commands that need memory
 * fail, and removals need none.
 */
export function script(source: string): Script {
  return { source, sha1: createHash('sha1').update(source).digest('hex') };
}
