import { CacheUnavailableError } from '../../cache-errors.js';
import { LEASE_MARK } from './stored-formats.js';

/*
 * Replies are untyped. These functions check their shape; a server with other replies is not supported.
 */

function unexpected(wanted: string, reply: unknown): CacheUnavailableError {
  return new CacheUnavailableError(
    'refused',
    `Expected ${wanted} from Redis, got ${typeof reply}.`,
  );
}

export function asText(reply: unknown): string | undefined {
  if (reply === null || reply === undefined) return undefined;
  if (typeof reply === 'string') return reply;
  throw unexpected('a text', reply);
}

/** A value; `undefined` for a key that is absent or leased. */
export function valueOf(reply: unknown): string | undefined {
  if (typeof reply !== 'string') return asText(reply);
  return reply.startsWith(LEASE_MARK) ? undefined : reply;
}

export function asNumber(reply: unknown): number {
  if (typeof reply === 'number') return reply;
  throw unexpected('a number', reply);
}

export function asList(reply: unknown): unknown[] {
  if (Array.isArray(reply)) return reply;
  throw unexpected('a list', reply);
}

export function asBytes(reply: unknown): Buffer {
  if (Buffer.isBuffer(reply)) return reply;
  if (typeof reply === 'string') return Buffer.from(reply);
  throw unexpected('bytes', reply);
}
