import { createHmac, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';

type Json = Readonly<Record<string, unknown>>;

const encode = (part: unknown): string => Buffer.from(JSON.stringify(part)).toString('base64url');

function hmac(header: Json, claims: Json, key: KeyObject | Buffer, hash = 'sha256'): string {
  const input = `${encode(header)}.${encode(claims)}`;
  return `${input}.${createHmac(hash, key).update(input).digest('base64url')}`;
}

const HEADER = { alg: 'HS256', typ: 'at+jwt' };

function without(claims: Json, name: string): Json {
  return Object.fromEntries(Object.entries(claims).filter(([key]) => key !== name));
}

/** The token of these claims as the API itself would sign it: the control of the forgeries. */
export const genuine = (key: KeyObject, claims: Json): string => hmac(HEADER, claims, key);

/**
 * Tokens that must not be taken, by what is wrong with them (RFC 8725). Those about claims and
 * headers carry a good signature: they are refused for what they say alone.
 */
export function forgedTokens(key: KeyObject, claims: Json): Record<string, string> {
  const now = Math.floor(Date.now() / 1000);
  const claim = (change: Json) => hmac(HEADER, { ...claims, ...change }, key);
  const header = (change: Json) => hmac({ ...HEADER, ...change }, claims, key);
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const rsaInput = `${encode({ alg: 'RS256', typ: 'at+jwt' })}.${encode(claims)}`;
  const own = randomBytes(32);
  const jwk = { kty: 'oct', k: own.toString('base64url') };
  const good = genuine(key, claims);
  const [head = '', body = '', signature = ''] = good.split('.');

  return {
    'alg none, unsigned': `${encode({ ...HEADER, alg: 'none' })}.${body}.`,
    'alg None, unsigned': `${encode({ ...HEADER, alg: 'None' })}.${body}.`,
    'alg none, with the good signature': `${encode({ ...HEADER, alg: 'none' })}.${body}.${signature}`,
    'no alg': hmac({ typ: 'at+jwt' }, claims, key),
    'an unknown alg': header({ alg: 'HS257' }),
    'alg as a list': header({ alg: ['HS256'] }),
    'HS512 with the right key': hmac({ ...HEADER, alg: 'HS512' }, claims, key, 'sha512'),
    'RS256 with a key of its own': `${rsaInput}.${sign('sha256', Buffer.from(rsaInput), rsa.privateKey).toString('base64url')}`,
    'HS256 with a public key as secret': hmac(
      HEADER,
      claims,
      Buffer.from(rsa.publicKey.export({ type: 'spki', format: 'pem' })),
    ),
    'HS256 with another secret': hmac(HEADER, claims, own),
    'HS256 with an empty secret': hmac(HEADER, claims, Buffer.alloc(0)),
    'the signature of nothing': `${head}.${body}.`,
    'a changed claim under the old signature': `${head}.${encode({ ...claims, sub: '1' })}.${signature}`,
    'a fourth part': `${good}.x`,
    'crit, which no verifier understands': header({ crit: ['exp'] }),
    'an embedded key': hmac({ ...HEADER, jwk }, claims, own),
    'an embedded key beside a good signature': header({ jwk }),
    x5u: header({ x5u: 'https://evil.example/key.pem' }),
    jku: header({ jku: 'https://evil.example/jwks.json' }),
    kid: header({ kid: '../../../../dev/null' }),
    'typ JWT': header({ typ: 'JWT' }),
    'no typ': hmac({ alg: 'HS256' }, claims, key),
    'another issuer': claim({ iss: 'https://evil.example' }),
    'an issuer list': claim({ iss: ['gad-api'] }),
    'another audience': claim({ aud: 'gad-web' }),
    'an audience list': claim({ aud: ['gad'] }),
    'an audience list with others': claim({ aud: ['gad', 'evil'] }),
    'expired 61 s ago': claim({ exp: now - 61 }),
    'exp as text': claim({ exp: String(now + 900) }),
    'not valid yet': claim({ nbf: now + 120 }),
    'the sub of another usuario': claim({ sub: '1' }),
    'a sub that is a number': claim({ sub: Number(claims['sub']) }),
    'a sub with a sign': claim({ sub: `+${String(claims['sub'])}` }),
    'a sub beyond any id': claim({ sub: '99999999999999999999' }),
    'a sub that is SQL': claim({ sub: '2 or 1=1' }),
    'a sid that is no UUID': claim({ sid: "' or 1=1 --" }),
    'a sid that was never opened': claim({ sid: '00000000-0000-4000-8000-000000000000' }),
    'an empty jti': claim({ jti: '' }),
    ...Object.fromEntries(
      ['iss', 'aud', 'sub', 'sid', 'jti', 'iat', 'exp'].map((name) => [
        `no ${name}`,
        hmac(HEADER, without(claims, name), key),
      ]),
    ),
    'claims that are null': hmac(HEADER, null as unknown as Json, key), // what an attacker may send
    'claims that are a list': hmac(HEADER, [] as unknown as Json, key), // likewise
  };
}
