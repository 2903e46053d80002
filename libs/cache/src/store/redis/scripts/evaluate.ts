import type { Command } from '../redis-link.js';
import type { Script } from './script.js';

/**
 * Runs a script by its digest, and by its source where the server does not know it (any more).
 * The first command is sent before this returns.
 */
export async function evaluate(
  send: (command: Command) => Promise<unknown>,
  script: Script,
  keys: Command,
  args: Command,
): Promise<unknown> {
  const operands = [String(keys.length), ...keys, ...args];
  try {
    return await send(['EVALSHA', script.sha1, ...operands]);
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
    return send(['EVAL', script.source, ...operands]);
  }
}
