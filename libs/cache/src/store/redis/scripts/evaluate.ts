import type { Command, RedisClient } from '../connection/redis-client.js';
import type { Script } from './script.js';

/**
 * Runs a script by its digest, or by its source if the server does not know it, and the first time
 * on a connection. Later calls on the same connection then find it loaded, so that thousands of
 * first calls do not fail together. The first command is sent before this returns.
 *
 * @param send whether strings are answered as text or as bytes
 * @param known digests of the scripts that were sent on this connection
 */
export async function evaluate(
  client: RedisClient,
  send: 'send' | 'sendForBytes',
  script: Script,
  keys: Command,
  args: Command,
  known: Set<string>,
): Promise<unknown> {
  const operands = [String(keys.length), ...keys, ...args];
  if (!known.has(script.sha1)) {
    known.add(script.sha1);
    return client[send](['EVAL', script.source, ...operands]);
  }
  try {
    return await client[send](['EVALSHA', script.sha1, ...operands]);
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
    return client[send](['EVAL', script.source, ...operands]);
  }
}
