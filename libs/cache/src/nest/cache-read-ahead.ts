import type { ExecutionContext } from '@nestjs/common';
import { Injectable } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import type { Application } from './application.js';
import { applicationOf } from './application.js';

/**
 * Lets a guard that has to wait, for the caller's permissions for example, send the cache read of a
 * `@CacheAside` handler at the same time, in the same round trip as a read of its own. The read is
 * used by the handler's interceptor, and by nothing else: whatever the guards decide, they decide
 * first.
 *
 * ```ts
 * const caller = this.callers.find(token);
 * this.cacheReadAhead.begin(context);
 * return caller.then((known) => known !== undefined);
 * ```
 */
@Injectable()
export class CacheReadAhead {
  readonly #application: Application;

  constructor(container: ModulesContainer) {
    this.#application = applicationOf(container);
  }

  /**
   * Sends the read of the request's answer, if its key is known already: with `scope: 'shared'`,
   * without `vary`, and if `read` returns no promise. Nothing otherwise, nor at a handler's first
   * request.
   *
   * Cost: the store call of the hit, which the interceptor then saves. Call it for callers that are
   * likely to pass the guards. Never throws.
   */
  begin(context: ExecutionContext): void {
    this.#application.handlers
      .get(context.getClass())
      ?.get(context.getHandler())
      ?.readAhead(context);
  }
}
