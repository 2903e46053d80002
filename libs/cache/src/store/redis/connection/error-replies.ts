import { CacheUnavailableError } from '../../../cache-errors.js';
import type { CacheLogger } from '../../../cache-log.js';
import type { Clock } from '../../../clock.js';
import { WarnOnce } from '../../../warn-once.js';
import { SentinelError } from './sentinel/sentinel-error.js';

/** A refusal after a pause of this length belongs to another episode. */
const EPISODE_MS = 60_000;
/** About single keys, not about the server. */
const ABOUT_A_KEY = ['WRONGTYPE', 'NOSCRIPT'];

/**
 * Says once per episode that the server answers but refuses: full (OOM), a replica (READONLY),
 * without rights (NOPERM), and so on. Each call still counts as an error of its own.
 */
export class ErrorReplies {
  readonly #refused: WarnOnce;

  constructor(clock: Clock, log: CacheLogger) {
    const episode = { clock, ms: EPISODE_MS };
    this.#refused = new WarnOnce((message) => log.warn(message), { episode });
  }

  /** @param code the first word of the error reply */
  note(code: string): void {
    if (ABOUT_A_KEY.includes(code)) return;
    this.#refused.warn(
      code,
      `Cache: the Redis store refuses commands (${code}); the source answers meanwhile.`,
    );
  }
}

/**
 * The code of an error reply (`OOM …`, `READONLY …`: upper case, then a blank), or `undefined` for
 * the client's own errors, which are about the connection.
 */
export function replyCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  return /^([A-Z]{2,}) /.exec(error.message)?.[1];
}

export function refused(code: string, cause: unknown): CacheUnavailableError {
  return new CacheUnavailableError('refused', `The cache store refused (${code}).`, { cause });
}

/** A reply that may be a refusal without anybody being the worse for it: rejects, is not noted. */
export async function expectRefusal(reply: Promise<unknown>): Promise<unknown> {
  try {
    return await reply;
  } catch (error) {
    const code = replyCode(error);
    throw code === undefined ? error : refused(code, error);
  }
}

/** What may be said about a lost connection: a code, never an address or a secret. */
export function lossReason(error: unknown): string {
  const refused = replyCode(error);
  if (refused !== undefined) return `it answers ${refused}`;
  if (error instanceof SentinelError) return error.message;
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') {
    return `the connection is lost: ${error.code}`;
  }
  return 'the connection is lost';
}
