import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import { Problem } from '../problems/problem.js';
import { JwtStrategy } from './tokens/jwt.strategy.js';
import { IS_PUBLIC } from './public.decorator.js';

/** Asks every route for an access token, except those marked `@Public()`. */
@Injectable()
export class JwtAuthGuard extends AuthGuard() {
  constructor(
    strategy: JwtStrategy,
    private readonly reflector: Reflector,
  ) {
    super({ defaultStrategy: strategy.name });
  }

  override canActivate(context: ExecutionContext): ReturnType<CanActivate['canActivate']> {
    const open = this.reflector.getAllAndOverride<boolean | undefined>(IS_PUBLIC, [
      context.getHandler(),
      context.getClass(),
    ]);
    return open === true ? true : super.canActivate(context);
  }

  /** `error` is what `validate` threw (the database is away); a bad token only leaves no user. */
  override handleRequest<Principal>(error: unknown, user: Principal | false): Principal {
    if (error instanceof Error) throw error;
    if (error) throw new Error('The caller could not be looked up', { cause: error });
    if (!user) {
      throw new Problem('UNAUTHENTICATED', 'Send a valid access token: Authorization: Bearer …');
    }
    return user;
  }
}
