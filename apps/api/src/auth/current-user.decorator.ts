import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Principal } from './principal.js';

/** The caller that `JwtAuthGuard` recognised, `undefined` on a public route. */
export function principalOf(context: ExecutionContext): Principal | undefined {
  return context.switchToHttp().getRequest<{ user?: Principal }>().user;
}

/** Hands the calling `Principal` to a handler. Using it on a `@Public()` route is a mistake. */
export const CurrentUser = createParamDecorator((_: unknown, context: ExecutionContext) => {
  const principal = principalOf(context);
  if (!principal) throw new Error('@CurrentUser() needs a route that is not @Public()');
  return principal;
});
