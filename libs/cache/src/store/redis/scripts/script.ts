import { createHash } from 'node:crypto';

/** A Lua script with the digest by which the server knows it. */
export interface Script {
  readonly source: string;
  readonly sha1: string;
}

/**
 * Makes a script of its source. The scripts of the store itself are `.lua` files in this folder.
 *
 * None of them carries a `#!lua` line: with one, and without the `allow-oom` flag, a full server
 * refuses the whole script, removals included. Without it only the single commands that need
 * memory fail, and removals need none.
 */
export function script(source: string): Script {
  return { source, sha1: createHash('sha1').update(source).digest('hex') };
}
