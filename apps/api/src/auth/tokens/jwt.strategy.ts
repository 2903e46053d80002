import { randomUUID } from 'node:crypto';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import passport from 'passport';
import { Strategy } from 'passport-jwt';
import { AppConfig } from '../../config/app-config.js';
import {
  CLOCK_LEEWAY_SECONDS,
  readAccessToken,
  type AccessTokenClaims,
} from './access-token-claims.js';
import { bearerToken } from './bearer-token.js';
import { JwtKey } from './jwt-key.js';
import { mayBeCached } from '../cached-principal.decorator.js';
import { VerifiedTokens } from './verified-tokens.js';
import { PrincipalsService } from '../principals/principals.service.js';
import type { Caller } from '../principal.js';

/**
 * Turns a bearer token into a `Principal`. The algorithm is ours and never the header's; what the
 * token says is only *who* and *which login*: role, name and whether the login still stands are
 * what the database says, or the cache where that is proved to be the same (`PrincipalsService`).
 */
@Injectable()
export class JwtStrategy extends PassportStrategy(Strategy) implements OnApplicationShutdown {
  private readonly verified = new VerifiedTokens();

  constructor(
    private readonly config: AppConfig,
    key: JwtKey,
    private readonly principals: PrincipalsService,
  ) {
    super({
      jwtFromRequest: bearerToken,
      secretOrKeyProvider: (_request, _token, done) => {
        // The types say text or Buffer; jsonwebtoken takes a KeyObject as it is, and guesses no format.
        done(null, key.value as unknown as Buffer);
      },
      algorithms: ['HS256'],
      issuer: config.jwt.issuer,
      audience: config.jwt.audience,
      passReqToCallback: true,
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- the only way to see the header
      jsonWebTokenOptions: { complete: true, clockTolerance: CLOCK_LEEWAY_SECONDS },
    });
  }

  /** Called by Nest while it constructs the strategy, to find out where to register it. */
  getPassportInstance(): typeof passport {
    // Passport's registry is one per process: two apps in one process (tests) need two names.
    this.name = `jwt-${randomUUID()}`;
    return passport;
  }

  /**
   * The caller by a token that was verified before: only the caller is looked up. `undefined` when
   * there is no such token, and it is for Passport to verify.
   * @throws Problem DATABASE_UNAVAILABLE
   */
  knownCaller(request: FastifyRequest): Promise<Caller | undefined> | undefined {
    const token = bearerToken(request);
    const claims = token === null ? undefined : this.verified.claimsOf(token, Date.now() / 1000);
    return claims === undefined ? undefined : this.callerOf(claims, request);
  }

  /** @throws Problem DATABASE_UNAVAILABLE, which the guard passes on: that is not a 401 */
  async validate(request: FastifyRequest, token: unknown): Promise<Caller | false> {
    const claims = readAccessToken(token, this.config.jwt, Date.now() / 1000);
    if (!claims) return false;
    const text = bearerToken(request);
    // It was there, or the claims would not have been read.
    const { exp } = (token as { readonly payload: { readonly exp: number } }).payload;
    if (text !== null) this.verified.keep(text, claims, exp);
    return (await this.callerOf(claims, request)) ?? false;
  }

  private callerOf(
    claims: AccessTokenClaims,
    request: FastifyRequest,
  ): Promise<Caller | undefined> {
    return mayBeCached(request)
      ? this.principals.findCached(claims, request)
      : this.principals.find(claims);
  }

  onApplicationShutdown(): void {
    passport.unuse(this.name);
  }
}
