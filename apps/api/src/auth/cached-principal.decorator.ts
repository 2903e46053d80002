import { SetMetadata } from '@nestjs/common';

export const CACHED_PRINCIPAL = 'cachedPrincipal';

/**
 * On a route that is answered from the cache: its caller may be recognised from the cache as well
 * (`PrincipalsService.findCached`). Guards see a `Caller`, without name and e-mail. Every other
 * route asks the database, which it does anyway.
 */
export const CachedPrincipal = (): MethodDecorator => SetMetadata(CACHED_PRINCIPAL, true);

const requests = new WeakSet<object>();

/** By the guard, which knows the route, for the strategy, which does not. */
export function letBeCached(request: object): void {
  requests.add(request);
}

export const mayBeCached = (request: object): boolean => requests.has(request);
