import { hash } from 'node:crypto';
import type { AccessTokenClaims } from './access-token-claims.js';

/** About 300 bytes each. */
const MOST = 10_000;

interface Verified {
  readonly claims: AccessTokenClaims;
  readonly endsAtSeconds: number;
}

/**
 * The access tokens that were verified before: signature, header and claims of a token are the same
 * each time, so they are looked at once. Kept by SHA-256, so that no token stands in memory; until
 * `exp` at the latest; the oldest goes first. Whether its sesion still stands is not known here.
 */
export class VerifiedTokens {
  readonly #verified = new Map<string, Verified>();

  /** @param most how many are kept */
  constructor(private readonly most = MOST) {}

  /** The claims of a token that was verified, and whose `exp` is not over. */
  claimsOf(token: string, nowSeconds: number): AccessTokenClaims | undefined {
    const digest = digestOf(token);
    const known = this.#verified.get(digest);
    if (known === undefined || nowSeconds < known.endsAtSeconds) return known?.claims;
    this.#verified.delete(digest);
    return undefined;
  }

  /** @param endsAtSeconds the token's `exp` */
  keep(token: string, claims: AccessTokenClaims, endsAtSeconds: number): void {
    const [oldest] = this.#verified.keys();
    if (this.#verified.size >= this.most && oldest !== undefined) this.#verified.delete(oldest);
    this.#verified.set(digestOf(token), { claims, endsAtSeconds });
  }

  /** How many are kept. */
  get size(): number {
    return this.#verified.size;
  }
}

const digestOf = (token: string): string => hash('sha256', token, 'base64url');
