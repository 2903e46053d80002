import { inspect } from 'node:util';
import type { KeySelection } from './keys/key-selection.js';
import { isUnlisted } from './keys/key-validation.js';

/** Structured fields of an operation line. */
export interface CacheLogFields {
  readonly operation: 'HIT' | 'MISS' | 'SET' | 'DELETE' | 'DELETE_PATTERN' | 'CLEAR';
  readonly key?: string;
  readonly pattern?: string;
  /** Seconds; absent for a value without expiry. */
  readonly ttl?: number;
  /** Keys that were actually removed. */
  readonly count?: number;
}

/**
 * One line of the operation log: a text logger prints the message, a structured one gets `message`,
 * `operation`, `key`, `ttl` and `count` as own properties.
 */
export class CacheLogLine {
  readonly message: string;

  constructor(message: string, fields: CacheLogFields) {
    this.message = message;
    Object.assign(this, fields);
  }

  toString(): string {
    return this.message;
  }

  /**
   * Nest's console logger inspects objects; without this it would print the fields instead of the
   * message.
   */
  [inspect.custom](): string {
    return this.message;
  }
}

/** Where the engine logs. Operation lines can be switched off; warnings and notices cannot. */
export interface CacheLogger {
  /** Absent when operation lines are off, so that a hit does not even build its line. */
  readonly operation?: ((line: CacheLogLine) => void) | undefined;
  /** State changes: connected, unavailable, recovered. */
  notice(message: string): void;
  warn(message: string): void;
}

/** Logs to the console; operation lines only at a level that was asked for. */
export function consoleLog(level: 'debug' | 'log' | 'off' = 'off'): CacheLogger {
  const { console } = globalThis;
  return {
    operation: level === 'off' ? undefined : (line) => console[level](line.message),
    notice: (message) => console.info(message),
    warn: (message) => console.warn(message),
  };
}

/** Discards everything. */
export const silentLog: CacheLogger = {
  notice: () => undefined,
  warn: () => undefined,
};

/*
 * Operations on single unlisted entries (`~~…`) are not logged: administrators need not see them.
 */

/** `Cache HIT: k` */
export function logHit(log: CacheLogger, key: string): void {
  if (isUnlisted(key)) return;
  log.operation?.(new CacheLogLine(`Cache HIT: ${key}`, { operation: 'HIT', key }));
}

/** `Cache MISS: k` */
export function logMiss(log: CacheLogger, key: string): void {
  if (isUnlisted(key)) return;
  log.operation?.(new CacheLogLine(`Cache MISS: ${key}`, { operation: 'MISS', key }));
}

/** `Cache SET: k (ttl=300)`, or `(ttl=none)` for a value without expiry. */
export function logSet(log: CacheLogger, key: string, ttlMs: number | undefined): void {
  if (log.operation === undefined || isUnlisted(key)) return;
  if (ttlMs === undefined) {
    log.operation(new CacheLogLine(`Cache SET: ${key} (ttl=none)`, { operation: 'SET', key }));
    return;
  }
  const ttl = ttlMs / 1000;
  log.operation(new CacheLogLine(`Cache SET: ${key} (ttl=${ttl})`, { operation: 'SET', key, ttl }));
}

/** Warns that a value is returned but not stored, with the reason or its size. */
export function logUnstored(
  log: CacheLogger,
  key: string,
  value: string | { bytes: number },
): void {
  const why = typeof value === 'string' ? `is ${value}` : `has ${value.bytes} bytes`;
  log.warn(`Cache: the value of ${key} ${why}, not stored.`);
}

/**
 * `Cache DELETE: k (deleted=1)`, all keys of one call on one line;
 * `Cache DELETE_PATTERN: p (deleted=3 keys)`; `Cache CLEAR (deleted=45 keys)`
 */
export function logRemoval(log: CacheLogger, selection: KeySelection, count: number): void {
  if (log.operation === undefined) return;
  if (selection.kind === 'keys') {
    const key = selection.keys.join(', ');
    const message = `Cache DELETE: ${key} (deleted=${count})`;
    log.operation(new CacheLogLine(message, { operation: 'DELETE', key, count }));
  } else if (selection.kind === 'pattern') {
    const pattern = selection.glob.source;
    const message = `Cache DELETE_PATTERN: ${pattern} (deleted=${count} keys)`;
    log.operation(new CacheLogLine(message, { operation: 'DELETE_PATTERN', pattern, count }));
  } else {
    const message = `Cache CLEAR (deleted=${count} keys)`;
    log.operation(new CacheLogLine(message, { operation: 'CLEAR', count }));
  }
}
