import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { CacheReadAhead } from '@gad/cache';
import { AuthGuard } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { Problem } from '../problems/problem.js';
import { mayBeCached } from './cached-principal.decorator.js';
import { JwtStrategy } from './tokens/jwt.strategy.js';
import { PerHandler } from './per-handler.js';
import { IS_PUBLIC } from './public.decorator.js';

/** Asks every route for an access token, except those marked `@Public()`. */
@Injectable()
export class JwtAuthGuard extends AuthGuard() {
  private readonly open: PerHandler<boolean>;

  constructor(
    private readonly strategy: JwtStrategy,
    reflector: Reflector,
    private readonly readAhead: CacheReadAhead,
  ) {
    super({ defaultStrategy: strategy.name });
    this.open = new PerHandler(
      (targets) => reflector.getAllAndOverride<boolean | undefined>(IS_PUBLIC, targets) === true,
    );
  }

  override canActivate(context: ExecutionContext): ReturnType<CanActivate['canActivate']> {
    if (this.open.of(context)) return true;
    const request = context.getArgByIndex<FastifyRequest>(0);
    const known = this.strategy.knownCaller(request);
    if (known === undefined) return super.canActivate(context);
    // In the same round trip; only the interceptor uses it, after all guards.
    if (mayBeCached(request)) this.readAhead.begin(context);
    return known.then(
      (caller) => {
        request.user = this.handleRequest(undefined, caller ?? false);
        return true;
      },
      (error: unknown) => this.handleRequest(error, false),
    );
  }

  /** `error` is what `validate` threw (the database is unavailable); a bad token only leaves no user. */
  override handleRequest<Caller>(error: unknown, user: Caller | false): Caller {
    if (error instanceof Error) throw error;
    if (error) throw new Error('The caller could not be looked up', { cause: error });
    if (!user) {
      throw new Problem('UNAUTHENTICATED', 'Send a valid access token: Authorization: Bearer …');
    }
    return user;
  }
}
