import { language } from '../i18n/language.js';
import { API } from './base.js';
import { ApiError } from './api-error.js';

/** A request that takes longer is given up. */
const TIMEOUT_MS = 10_000;

export interface Sent {
  readonly method: string;
  readonly path: string;
  readonly token?: string | undefined;
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
  /** Default: ten seconds. */
  readonly timeoutMs?: number;
}

/**
 * One request to the API, its answer parsed.
 * @throws ApiError for a problem, an answer that is no JSON, and no answer within the time; what
 *   `signal` was aborted with
 */
export async function send({
  method,
  path,
  token,
  body,
  signal,
  timeoutMs = TIMEOUT_MS,
}: Sent): Promise<unknown> {
  const headers: Record<string, string> = { 'accept-language': language.value };
  if (token !== undefined) headers['authorization'] = `Bearer ${token}`;
  if (body !== undefined) headers['content-type'] = 'application/json';
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(new URL(path, API), {
      method,
      headers,
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
      cache: 'no-store',
      credentials: 'omit',
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw await problemOf(response);
    return response.status === 204 ? undefined : ((await response.json()) as unknown);
  } catch (error) {
    if (error instanceof ApiError) throw error;
    signal?.throwIfAborted();
    throw new ApiError(0, 'NO_ANSWER', error instanceof Error ? error.message : String(error));
  }
}

async function problemOf(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => undefined);
  const text = (name: string): string | undefined => {
    if (typeof body !== 'object' || body === null) return undefined;
    const value: unknown = (body as Record<string, unknown>)[name];
    return typeof value === 'string' ? value : undefined;
  };
  return new ApiError(
    response.status,
    text('code') ?? `HTTP_${String(response.status)}`,
    text('detail') ?? text('title') ?? response.statusText,
    response.headers.get('x-request-id') ?? undefined,
  );
}
