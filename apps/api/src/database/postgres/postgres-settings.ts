import type { ClientConfig, PoolConfig } from 'pg';
import { pinSession, type Limits } from '../session-settings.js';

/** Longest wait for a connection: for a free one in the pool as well as for a new one. */
const CONNECT_TIMEOUT_MS = 2_000;

/** The server stops a statement after this … */
const STATEMENT_TIMEOUT_MS = 5_000;

/** … and a server that is frozen or cut off is given up by ourselves a little later. */
const AFTER_MS = 500;

/** A process that is frozen inside a transaction holds its row locks no longer than this. */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 10_000;

/** For the requests: every wait is bounded. Parameters in the URL win over these. */
export function poolSettings(
  url: string,
  { poolSize, pooled }: { poolSize: number; pooled: boolean },
): PoolConfig {
  const limits = limitsOf(url);
  return {
    ...(pooled ? dedicatedSettings(url) : directSettings(url, limits)),
    max: poolSize,
    idleTimeoutMillis: 30_000,
    query_timeout: limits.statementMs + AFTER_MS,
  };
}

/** Of a connection that no pooler shares: it is given our settings once, before its first use. */
function directSettings(url: string, limits: Limits): PoolConfig {
  return {
    ...dedicatedSettings(url),
    // The driver waits for it, which its types leave out.
    onConnect: (client) => client.query(pinSession(limits)) as unknown as void,
  };
}

/** How long the server may take over the statements of requests. */
export function limitsOf(url: string): Limits {
  const given = URL.canParse(url) ? new URL(url).searchParams : new URLSearchParams();
  const number = (name: string, ours: number): number => {
    const text = given.get(name);
    return text !== null && /^\d{1,9}$/.test(text) ? Number(text) : ours;
  };
  return {
    statementMs: number('statement_timeout', STATEMENT_TIMEOUT_MS),
    idleInTransactionMs: number(
      'idle_in_transaction_session_timeout',
      IDLE_IN_TRANSACTION_TIMEOUT_MS,
    ),
  };
}

/** For migrations and bulk loads: one connection, whose statements may take their time. */
export function dedicatedSettings(url: string): ClientConfig {
  return {
    connectionString: url,
    application_name: 'gad-api',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
  };
}

/** Host, port and database of a connection URL for people: never the user or the password. */
export function describeUrl(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const host = parsed?.searchParams.get('host') ?? parsed?.hostname ?? '';
  const port = parsed?.port ?? '';
  const database = parsed?.pathname.slice(1) ?? '';
  return `${host || 'localhost'}:${port || '5432'}${database ? `/${database}` : ''}`;
}
