import type { Command } from '../connection/redis-client.js';
import type { Script } from './script.js';

/**
 * Runs a script by its digest, or by its source if the server does not know it, and the first time
 * on a connection. Later calls on the same connection then find it loaded, so that thousands of
 * first calls do not fail together. The first command is sent before this returns.
 *
 * @param known digests of the scripts that were sent on this connection
 */
export async function evaluate(
  send: (command: Command) => Promise<unknown>,
  script: Script,
  keys: Command,
  args: Command,
  known: Set<string>,
): Promise<unknown> {
  const operands = [String(keys.length), ...keys, ...args];
  if (!known.has(script.sha1)) {
    known.add(script.sha1);
    return send(['EVAL', script.source, ...operands]);
  }
  try {
    return await send(['EVALSHA', script.sha1, ...operands]);
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
    return send(['EVAL', script.source, ...operands]);
  }
}
