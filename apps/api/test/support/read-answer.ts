import type { Answer } from './api.js';

/** What the API answered, before anything is known about the body. */
export type Seen = Omit<Answer, 'body'> & { readonly body: unknown };

export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
export const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** The fields that a problem names, in its order. */
export const errorFields = ({ body }: Seen): string[] =>
  (body as { errors: { field: string }[] }).errors.map(({ field }) => field);

/** The ids of a page, in its order. */
export const ids = ({ body }: Seen): number[] =>
  (body as { items: { id: number }[] }).items.map(({ id }) => id);

/** Seconds, `NaN` without the header. */
export const retryAfter = ({ headers }: Seen): number =>
  Number(headers.get('retry-after') ?? Number.NaN);

/** For comparing the bodies of two requests. */
export const withoutRequestId = ({ body }: Seen): unknown => ({
  ...(body as object),
  request_id: undefined,
});

/** The two readable parts of a JWT, unverified. */
export function decodeJwt(token: string): { header: unknown; claims: Record<string, unknown> } {
  const [header, claims] = token
    .split('.')
    .slice(0, 2)
    .map((part): unknown => JSON.parse(Buffer.from(part, 'base64url').toString()));
  return { header, claims: claims as Record<string, unknown> };
}
