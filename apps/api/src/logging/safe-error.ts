/** Deep enough for Drizzle's wrapper around a driver's error, shallow enough for a cyclic `cause`. */
const MAX_CAUSES = 8;

/** Classes of SQLSTATE whose messages name things of the schema and the server, and no values. */
const REVEALS_NO_VALUES = /^(08|25|28|3D|40|42|53|55|57|58)/;

/** Where a stack begins, behind a message that may have lines of its own. */
const FRAMES = /\n {4}at /;

/** What of an error may stand in a log. */
export interface SafeError {
  readonly type: string;
  readonly message: string;
  readonly stack: string;
  /** SQLSTATE, or Node's name of the error. */
  readonly code?: string;
  readonly constraint?: string;
  /** What kind of statement failed, on which table: `insert into "usuarios"`. */
  readonly statement?: string;
  readonly cause?: SafeError | string;
}

/**
 * An error without what was sent to the database: statements are named and not quoted, the values of
 * a unique key, of a failed cast and of parameters are left out. They are passwords' hashes, e-mail
 * addresses and the like.
 */
export function safeError(error: unknown): SafeError | string {
  return serialized(error, 0);
}

function serialized(error: unknown, depth: number): SafeError | string {
  if (!(error instanceof Error))
    return typeof error === 'string' ? withoutParameters(error) : typeof error;
  const { code, constraint, severity, query, cause } = error as {
    code?: unknown;
    constraint?: unknown;
    severity?: unknown;
    query?: unknown;
    cause?: unknown;
  }; // any error may have these: each one is checked before use
  const state = typeof code === 'string' ? code : undefined;
  const fromServer = typeof severity === 'string' && state !== undefined;
  const statement = typeof query === 'string' ? nameOfStatement(query) : undefined;
  const message =
    statement !== undefined
      ? `Failed: ${statement}`
      : fromServer && !REVEALS_NO_VALUES.test(state)
        ? `The database refused a statement (SQLSTATE ${state})`
        : withoutParameters(error.message);
  return {
    type: error.name,
    message,
    stack: `${error.name}: ${message}${framesOf(error)}`,
    ...(state === undefined ? {} : { code: state }),
    ...(typeof constraint === 'string' ? { constraint } : {}),
    ...(statement === undefined ? {} : { statement }),
    ...(cause === undefined || depth >= MAX_CAUSES ? {} : { cause: serialized(cause, depth + 1) }),
  };
}

/** The one line of an error or a text. */
export function textOf(error: unknown): string {
  const safe = safeError(error);
  return typeof safe === 'string' ? safe : safe.message;
}

/** For people: the stack, and those of the causes below it. */
export function describeError(error: unknown): string {
  const safe = safeError(error);
  if (typeof safe === 'string') return safe;
  const { cause } = safe;
  if (cause === undefined) return safe.stack;
  return `${safe.stack}\nCaused by ${describeError(error instanceof Error ? error.cause : cause)}`;
}

/** Drizzle's messages end with the parameters; as text they arrive from loggers that take no errors. */
function withoutParameters(text: string): string {
  return text.replace(/\nparams: [\s\S]*?(?=\n {4}at |$)/g, '');
}

function nameOfStatement(query: string): string {
  const [words] = /^\s*(insert\s+into|update|delete\s+from|select|with|\w+)/i.exec(query) ?? [
    'statement',
  ];
  const [, table] = /\b(?:from|into|update)\s+("?\w+"?)/i.exec(query) ?? [];
  const verb = words.trim().toLowerCase();
  if (table === undefined) return verb;
  return verb === 'select' || verb === 'with' ? `${verb} from ${table}` : `${verb} ${table}`;
}

function framesOf(error: Error): string {
  const stack = error.stack ?? '';
  const at = stack.search(FRAMES);
  return at === -1 ? '' : stack.slice(at);
}
