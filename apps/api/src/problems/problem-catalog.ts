/**
 * Every error that the API answers on purpose: its stable `code` → HTTP status and title.
 * Clients branch on `code`; the title is for people.
 */
export const PROBLEMS = {
  // 400
  VALIDATION_FAILED: { status: 400, title: 'The request is not valid' },
  MALFORMED_REQUEST: { status: 400, title: 'The request cannot be read' },
  CURSOR_INVALID: { status: 400, title: 'The cursor is not valid' },
  CACHE_KEY_INVALID: { status: 400, title: 'The cache key is not valid' },
  CACHE_PATTERN_INVALID: { status: 400, title: 'The cache pattern is not valid' },
  // 401
  UNAUTHENTICATED: { status: 401, title: 'Authentication is required' },
  INVALID_CREDENTIALS: { status: 401, title: 'The credentials are not valid' },
  REFRESH_TOKEN_INVALID: { status: 401, title: 'The refresh token is not valid' },
  // 403
  FORBIDDEN: { status: 403, title: 'The role does not allow this' },
  // 404
  NOT_FOUND: { status: 404, title: 'There is nothing here' },
  USUARIO_NOT_FOUND: { status: 404, title: 'The usuario does not exist' },
  TAREA_NOT_FOUND: { status: 404, title: 'The tarea does not exist' },
  WARMER_UNKNOWN: { status: 404, title: 'The warmer does not exist' },
  CACHE_KEY_NOT_FOUND: { status: 404, title: 'The cache key does not exist' },
  // 405 … 431: what the HTTP server itself refuses
  METHOD_NOT_ALLOWED: { status: 405, title: 'The method is not allowed here' },
  REQUEST_TIMEOUT: { status: 408, title: 'The request took too long to arrive' },
  PAYLOAD_TOO_LARGE: { status: 413, title: 'The body is too large' },
  URI_TOO_LONG: { status: 414, title: 'The URL is too long' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, title: 'The media type is not supported' },
  RANGE_NOT_SATISFIABLE: { status: 416, title: 'The range cannot be served' },
  EXPECTATION_FAILED: { status: 417, title: 'The expectation cannot be met' },
  HEADERS_TOO_LARGE: { status: 431, title: 'The headers are too large' },
  // 409
  USUARIO_DUPLICATE: { status: 409, title: 'The usuario already exists' },
  USUARIO_HAS_TAREAS: { status: 409, title: 'The usuario still has open tareas' },
  USUARIO_LAST_ADMIN: { status: 409, title: 'The last admin must stay' },
  USUARIO_SELF_DELETE: { status: 409, title: 'A usuario cannot delete themselves' },
  TAREA_CODIGO_DUPLICATE: { status: 409, title: 'The codigo is taken' },
  TAREA_VERSION_CONFLICT: { status: 409, title: 'The tarea has changed since' },
  TAREA_ESTADO_INVALIDO: { status: 409, title: 'The estado cannot change like this' },
  WARMING_RUNNING: { status: 409, title: 'The cache is being warmed' },
  TAREA_DATES_INVALID: { status: 400, title: 'The dates of the tarea are out of order' },
  // 412, 422
  PRECONDITION_FAILED: { status: 412, title: 'The precondition does not hold' },
  IDEMPOTENCY_KEY_REUSED: { status: 422, title: 'The idempotency key belongs to another request' },
  // 423, 429
  ACCOUNT_LOCKED: { status: 423, title: 'The account is locked for a while' },
  RATE_LIMITED: { status: 429, title: 'Too many requests' },
  // 500, 503
  INTERNAL_ERROR: { status: 500, title: 'Something went wrong on our side' },
  CACHE_UNAVAILABLE: { status: 503, title: 'The cache store is unavailable' },
  DATABASE_UNAVAILABLE: { status: 503, title: 'The database is unavailable' },
  HASHING_BUSY: { status: 503, title: 'Too many passwords are being checked' },
  CACHE_WARMING: { status: 503, title: 'The cache is still being warmed' },
  SHUTTING_DOWN: { status: 503, title: 'The server is shutting down' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemCode = keyof typeof PROBLEMS;

// The keys of a constant object are its own.
export const PROBLEM_CODES = Object.keys(PROBLEMS) as ProblemCode[];
