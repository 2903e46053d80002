import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Caller, Principal } from './principal.js';

/** The caller that `JwtAuthGuard` recognised, `undefined` on a public route. */
export function principalOf(context: ExecutionContext): Caller | undefined {
  return context.switchToHttp().getRequest<{ user?: Caller }>().user;
}

/**
 * Hands the calling `Principal` to a handler. Using it on a `@Public()` route is a mistake, and so
 * it is on a `@CachedPrincipal()` one, where name and e-mail are not known.
 */
export const CurrentUser = createParamDecorator((_: unknown, context: ExecutionContext) => {
  const caller = principalOf(context);
  if (!caller || !('email' in caller)) {
    throw new Error('@CurrentUser() needs a route whose caller was read from the database');
  }
  return caller as Principal; // it has an e-mail, so it comes from PrincipalsService.find
});
