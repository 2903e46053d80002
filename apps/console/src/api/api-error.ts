/** A request that was not answered with what it asked for. */
export class ApiError extends Error {
  constructor(
    /** 0: no answer at all. */
    readonly status: number,
    /** The problem's stable code, or `NO_ANSWER`. */
    readonly code: string,
    message: string,
    readonly requestId: string | undefined = undefined,
  ) {
    super(message);
    this.name = 'ApiError';
  }
}

/** What a failure looks like to a person; a defect of the page looks like no answer. */
export function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  return new ApiError(0, 'NO_ANSWER', error instanceof Error ? error.message : String(error));
}
