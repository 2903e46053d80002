import { Injectable } from '@nestjs/common';
import { CacheService } from '@gad/cache';
import type { DomainEvent } from '../events/domain-events.js';
import { OnDomainEvent } from '../events/on-domain-event.decorator.js';
import { stalePatterns } from './invalidation.map.js';

/**
 * Applies `INVALIDATION_MAP` to every domain event, before the write is acknowledged. With the
 * cache store away the write is acknowledged all the same: the removal is owed, and this process
 * serves nothing from the store until it is done.
 */
@Injectable()
export class CacheInvalidationListener {
  constructor(private readonly cache: CacheService) {}

  @OnDomainEvent('**')
  async onEvent(event: DomainEvent): Promise<void> {
    await this.cache.invalidate(stalePatterns(event));
  }
}
