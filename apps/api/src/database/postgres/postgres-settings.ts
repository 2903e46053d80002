import type { ClientConfig, PoolConfig } from 'pg';
import type { AppConfig } from '../../config/app-config.js';

/** Longest wait for a connection: for a free one in the pool as well as for a new one. */
const CONNECT_TIMEOUT_MS = 2_000;

/** The server stops a statement after this … */
const STATEMENT_TIMEOUT_MS = 5_000;

/** … and a server that is frozen or cut off is given up by ourselves a little later. */
const READ_TIMEOUT_MS = STATEMENT_TIMEOUT_MS + 500;

/** A process that is frozen inside a transaction holds its row locks no longer than this. */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 10_000;

/** For the requests: every wait is bounded. Parameters in the URL win over these. */
export function poolSettings(url: string, poolSize: AppConfig['database']['poolSize']): PoolConfig {
  return {
    ...dedicatedSettings(url),
    max: poolSize,
    idleTimeoutMillis: 30_000,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    query_timeout: READ_TIMEOUT_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
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
