import { isNativeError } from 'node:util/types';

/** Why the database does not do what it is asked for. */
export interface DatabaseCause {
  /** Short and stable: health shows it, and the log separates episodes by it. */
  readonly name: string;
  /** What the database is or does, for the log: `PostgreSQL at host:5432/gad <says>`. */
  readonly says: string;
  /** What callers read. */
  readonly detail: string;
  /** What an operator does about it. */
  readonly advice: string;
  /** How long the start waits for it to pass by itself; absent = it does not. */
  readonly retryForMs?: number;
  /** Reads go on while no write succeeds: an answer to another statement does not disprove it. */
  readonly blocksWrites?: true;
}

const STARTING_MS = 15_000;
/** A host name may appear together with its container; a misspelt one should fail soon. */
const NAMING_MS = 3_000;

const cause = (
  name: string,
  says: string,
  detail: string,
  advice: string,
  rest: Pick<DatabaseCause, 'retryForMs' | 'blocksWrites'> = {},
): DatabaseCause => ({ name, says, detail: `${detail}; try again.`, advice, ...rest });

export const CAUSES = {
  silent: cause(
    'not-answering',
    'does not answer',
    'The database does not answer in time',
    'start it or correct the URL',
    { retryForMs: STARTING_MS },
  ),
  refused: cause(
    'connection-refused',
    'does not answer: the connection is refused',
    'The database takes no connections',
    'start it, correct the URL, or leave the variable out to use the embedded database',
    { retryForMs: STARTING_MS },
  ),
  unresolved: cause(
    'name-not-resolved',
    'cannot be found: its host name has no address',
    "The database's host name cannot be resolved",
    'correct the host name, or see to its entry in the DNS',
    { retryForMs: NAMING_MS },
  ),
  starting: cause(
    'starting-or-stopping',
    'is starting, stopping or recovering',
    'The database is starting or stopping',
    'wait until it is up',
    { retryForMs: STARTING_MS },
  ),
  stopped: cause(
    'shut-down',
    'was shut down or ended our connection',
    'The database was shut down',
    'start it again',
    { retryForMs: STARTING_MS },
  ),
  tooMany: cause(
    'too-many-connections',
    'has too many connections',
    'The database has too many connections',
    'lower DATABASE_POOL_SIZE times the number of processes, or raise max_connections or the limits of the pooler',
    { retryForMs: STARTING_MS },
  ),
  exhausted: cause(
    'out-of-resources',
    'is out of memory or another resource',
    'The database is out of resources',
    "look into the server's log",
    { retryForMs: STARTING_MS },
  ),
  busy: cause(
    'too-slow',
    'does not answer in time: a statement was cancelled',
    'The database does not answer in time',
    'look for locks and slow statements',
    { retryForMs: STARTING_MS },
  ),
  diskFull: cause(
    'disk-full',
    'has no room left on its disk',
    "The database's disk is full",
    'make room on its disk',
    { blocksWrites: true },
  ),
  readOnly: cause(
    'read-only',
    'is read-only',
    'The database is read-only',
    'name the primary and not a standby, and see to default_transaction_read_only',
    { blocksWrites: true },
  ),
  noRight: cause(
    'no-privilege',
    'refuses our role a privilege',
    'The database refuses the API a privilege',
    'GRANT it to the role in DATABASE_URL',
    { blocksWrites: true },
  ),
  password: cause(
    'wrong-password',
    'refuses our password',
    "The database refuses the API's credentials",
    'correct user and password in the URL',
  ),
  notAdmitted: cause(
    'not-admitted',
    'does not admit us',
    'The database does not admit the API',
    'add the role, the host and the database to pg_hba.conf; where it demands TLS, add ?sslmode=verify-full to the URL',
  ),
  tlsDemanded: cause(
    'tls-demanded',
    'does not admit us without TLS',
    'The database demands an encrypted connection',
    'add ?sslmode=verify-full to the URL; where that changes nothing, add the role, the host and the database to pg_hba.conf',
  ),
  tlsRefused: cause(
    'tls-refused',
    'speaks no TLS',
    'The database refuses an encrypted connection',
    'switch its ssl on, or take sslmode out of the URL',
  ),
  certificate: cause(
    'wrong-certificate',
    'shows a certificate that cannot be trusted',
    "The database's certificate cannot be trusted",
    'name its authority by sslrootcert in the URL or by NODE_EXTRA_CA_CERTS, and the host as the certificate does',
  ),
  noDatabase: cause(
    'unknown-database',
    'has no such database',
    'The database does not exist',
    'create it, or correct its name in the URL',
  ),
  parameter: cause(
    'parameter-refused',
    'refuses a parameter of the URL',
    'The database refuses a parameter of the connection',
    'take the parameter out of the URL',
  ),
} satisfies Record<string, DatabaseCause>;

/** By SQLSTATE, the most particular first. */
const BY_STATE: readonly (readonly [RegExp, DatabaseCause])[] = [
  [/^42501$/, CAUSES.noRight],
  [/^25006$/, CAUSES.readOnly],
  [/^53100$/, CAUSES.diskFull],
  [/^53300$/, CAUSES.tooMany],
  [/^57P03$/, CAUSES.starting],
  [/^57P0[12]$/, CAUSES.stopped],
  [/^(57P04|3D)/, CAUSES.noDatabase],
  [/^(57014|55P03|40)/, CAUSES.busy],
  [/^(53|58)/, CAUSES.exhausted],
  [/^28P/, CAUSES.password],
  [/^28/, CAUSES.notAdmitted],
];

/**
 * By the text: of errors that have no code of their own (the driver's), or one code for everything
 * (poolers; theirs are never translated), or one for two causes (a line of pg_hba.conf).
 */
const BY_TEXT: readonly (readonly [RegExp, DatabaseCause])[] = [
  [/unsupported startup parameter/i, CAUSES.parameter],
  [/no such database|database "[^"]*" does not exist/i, CAUSES.noDatabase],
  [/password must be a|(password|SASL) authentication failed|no such user/i, CAUSES.password],
  [/no encryption$|SSL required|TLS required/i, CAUSES.tlsDemanded],
  [/does not support SSL/i, CAUSES.tlsRefused],
  [/no more connections allowed|too many (clients|connections)/i, CAUSES.tooMany],
  [/shutting down|is starting up/i, CAUSES.starting],
];

/** By the code of an error of Node's. */
const BY_CODE: readonly (readonly [RegExp, DatabaseCause])[] = [
  [/^(ENOTFOUND|EAI_\w+)$/, CAUSES.unresolved],
  [/^ECONNREFUSED$/, CAUSES.refused],
  [/CERT|SELF_SIGNED|UNABLE_TO_|^(CRL|HOSTNAME_MISMATCH|INVALID_(CA|PURPOSE))/, CAUSES.certificate],
  [/^(EPROTO|ERR_SSL_\w+)$/, CAUSES.tlsRefused],
];

/** The cause behind a driver's error, for errors that `isUnavailable` says yes to. */
export function causeOf(error: unknown): DatabaseCause {
  if (!isNativeError(error)) return CAUSES.silent;
  // Several addresses of one host were tried: each failure is an error of its own.
  const several: unknown[] = 'errors' in error && Array.isArray(error.errors) ? error.errors : [];
  if (several.length > 0) return causeOf(several[0]);
  const state = sqlStateOf(error);
  if (isParameterRefused(error)) return CAUSES.parameter;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const byText =
    state === undefined || /^(08|28)/.test(state) ? find(BY_TEXT, error.message) : undefined;
  return byText ?? find(state === undefined ? BY_CODE : BY_STATE, state ?? code) ?? CAUSES.silent;
}

/** Whether a server ended the connection at its start for an unknown parameter or a wrong value of one. */
export function isParameterRefused(error: unknown): boolean {
  // An error with such a code that ends no connection is that of a statement.
  const ends = isNativeError(error) && 'severity' in error && error.severity === 'FATAL';
  return ends && /^(42704|22023)$/.test(sqlStateOf(error) ?? '');
}

function find(table: typeof BY_TEXT, text: string): DatabaseCause | undefined {
  return table.find(([pattern]) => pattern.test(text))?.[1];
}

/** The SQLSTATE of an error that a server sent; `undefined` for errors of the system and our own. */
export function sqlStateOf(error: unknown): string | undefined {
  // Node's errors have a `code` too, such as ECONNREFUSED; only a server's have a severity.
  if (!isNativeError(error) || !('severity' in error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** What an error says, in one line. */
export function reasonOf(error: unknown): string {
  if (!isNativeError(error)) return String(error);
  const several: unknown[] = 'errors' in error && Array.isArray(error.errors) ? error.errors : [];
  return several.length > 0 ? several.map(reasonOf).join(', ') : error.message;
}
