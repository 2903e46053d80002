import { Injectable } from '@nestjs/common';
import { CacheService } from '@gad/cache';
import type { PublishedEvent } from '../events/domain-events.js';
import { requestContext } from '../logging/request-context.js';
import { OnDomainEvent } from '../events/on-domain-event.decorator.js';
import { stalePatterns } from './invalidation.map.js';

/**
 * Applies `INVALIDATION_MAP` to every domain event before the write is acknowledged: the fast way.
 * The relay applies the log as well, whatever became of this. When the store does not confirm, the
 * acknowledgement waits until no reader can be served the old value; with
 * `CACHE_CONSISTENCY=bounded` it does not.
 */
@Injectable()
export class CacheInvalidationListener {
  constructor(private readonly cache: CacheService) {}

  @OnDomainEvent('**')
  async onEvent(event: PublishedEvent): Promise<void> {
    const { name, written } = event;
    const { requestId: request, usuarioId: by } = requestContext.getStore() ?? {};
    const { position } = written;
    const because = { kind: 'event', event: name, position, by, request } as const;
    await this.cache.invalidate(stalePatterns(event), written, because);
  }
}
