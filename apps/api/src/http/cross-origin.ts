import type { AppConfig } from '../config/app-config.js';

/** What scripts of other origins may read of an answer, beside its body. */
export const EXPOSED_HEADERS = [
  ...['x-request-id', 'cache-status', 'etag', 'retry-after', 'idempotency-replayed'],
  'content-language',
];

/**
 * The CORS headers of an answer that Fastify's plugin does not see.
 * @param origin `undefined` when the request could not be read so far: the first origin that is
 *   configured may read the answer, which contains no personal data
 */
export function crossOriginHeaders(
  allowed: AppConfig['http']['corsOrigins'],
  origin: string | undefined,
): Record<string, string> {
  if (allowed === false) return {};
  const granted =
    allowed === true ? (origin ?? '*') : allowed.find((own) => own === (origin ?? own));
  return {
    vary: 'Origin',
    ...(granted === undefined ? {} : { 'access-control-allow-origin': granted }),
    'access-control-expose-headers': EXPOSED_HEADERS.join(', '),
  };
}
