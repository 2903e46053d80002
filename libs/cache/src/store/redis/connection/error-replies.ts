import { CacheUnavailableError } from '../../../cache-errors.js';
import type { CacheLogger } from '../../../cache-log.js';
import type { Clock } from '../../../clock.js';
import { WarnOnce } from '../../../episodes.js';
import { SentinelError } from './sentinel/sentinel-error.js';

/** An error reply after a pause of this length starts a new episode, in milliseconds. */
const EPISODE_MS = 60_000;
/** Texts of `ERR` replies that repeat nothing of the command; others may contain a password. */
const CAUSE =
  /DB index is out of range|max number of clients reached|ACL failure in script|The user executing the script can't [a-z ]+|Protocol error: invalid bulk length/;
/** Errors of single keys, not of the server. */
const ABOUT_A_KEY = ['WRONGTYPE', 'NOSCRIPT'];

/**
 * Logs once per episode that the server answers with errors: full (OOM), a replica (READONLY), no
 * permission (NOPERM), and so on. Each call is still counted as an error.
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
      `Cache: the Redis store refuses commands (${code}): falling back to the source.`,
    );
  }
}

/**
 * The code of an error reply (`OOM …`, `READONLY …`: upper case, then a blank), or `undefined` for
 * the client's own errors, which concern the connection. `ERR` is followed by its cause, if it is
 * known.
 */
export function replyCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = /^([A-Z]{2,}) /.exec(error.message)?.[1];
  const cause = code === 'ERR' ? CAUSE.exec(error.message) : null;
  return cause === null ? code : `ERR: ${cause[0]}`;
}

export function refused(code: string, cause: unknown): CacheUnavailableError {
  return new CacheUnavailableError('refused', `The cache store refused (${code}).`, { cause });
}

/** Expects that the reply may be an error: rejects, but logs nothing. */
export async function expectRefusal(reply: Promise<unknown>): Promise<unknown> {
  try {
    return await reply;
  } catch (error) {
    const code = replyCode(error);
    throw code === undefined ? error : refused(code, error);
  }
}

/** Describes a lost connection by a code, never by an address or a secret. */
export function lossReason(error: unknown): string {
  const refused = replyCode(error);
  if (refused !== undefined) return `it answers ${refused}`;
  if (error instanceof SentinelError) return error.message;
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') {
    return `the connection is lost: ${error.code}`;
  }
  return 'the connection is lost';
}
