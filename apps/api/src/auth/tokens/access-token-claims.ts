import { isUUID } from 'class-validator';
import type { AppConfig } from '../../config/app-config.js';

/** RFC 9068 §2.1: keeps every other kind of JWT that the same key may ever sign out. */
export const ACCESS_TOKEN_TYPE = 'at+jwt';

/** How far the clocks of two processes may differ: an `exp` and an `nbf` are given so many seconds. */
export const CLOCK_LEEWAY_SECONDS = 60;

const MAX_ID = 2_147_483_647;

/** What an access token says: whose it is, and from which login. */
export interface AccessTokenClaims {
  readonly usuarioId: number;
  readonly sesionId: string;
}

/**
 * Reads a token whose signature, algorithm, `iss`, `exp` and `nbf` are already known to be good,
 * and checks what JWT libraries leave open (RFC 8725): the header holds `alg` and our `typ` and
 * nothing else, so neither an embedded key nor a `crit` extension is ever acted on; every claim is
 * there, in exactly the shape that we issue, `aud` as one text and not a list.
 *
 * @returns `undefined` for a token that we did not issue as an access token.
 */
export function readAccessToken(
  token: unknown,
  expected: Pick<AppConfig['jwt'], 'issuer' | 'audience'>,
  nowSeconds: number,
): AccessTokenClaims | undefined {
  if (!isRecord(token) || !isRecord(token['header']) || !isRecord(token['payload'])) {
    return undefined;
  }
  const { alg, typ, ...extensions } = token['header'];
  if (alg !== 'HS256' || typ !== ACCESS_TOKEN_TYPE) return undefined;
  if (Object.keys(extensions).length > 0) return undefined;

  const { iss, aud, sub, sid, jti, iat, exp } = token['payload'];
  if (iss !== expected.issuer || aud !== expected.audience) return undefined;
  if (typeof jti !== 'string' || jti === '') return undefined;
  // When it was issued decides nothing: what ends it is `exp`, or the sesion in the database.
  if (typeof iat !== 'number') return undefined;
  if (typeof exp !== 'number' || exp <= nowSeconds - CLOCK_LEEWAY_SECONDS) return undefined;
  if (typeof sub !== 'string' || !/^[1-9]\d{0,9}$/.test(sub) || Number(sub) > MAX_ID) {
    return undefined;
  }
  if (!isUUID(sid)) return undefined;
  return { usuarioId: Number(sub), sesionId: String(sid) };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
