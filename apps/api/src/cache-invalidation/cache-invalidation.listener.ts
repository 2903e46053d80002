import { Injectable } from '@nestjs/common';
import { CacheService, CacheUnavailableError } from '@gad/cache';
import type { DomainEvent } from '../events/domain-events.js';
import { OnDomainEvent } from '../events/on-domain-event.decorator.js';
import { stalePatterns } from './invalidation.map.js';
import { PendingInvalidations } from './pending-invalidations.js';

/**
 * Applies `INVALIDATION_MAP` to every domain event, before the write is acknowledged. With the
 * cache store away the write is acknowledged all the same, and the removal is retried.
 */
@Injectable()
export class CacheInvalidationListener {
  constructor(
    private readonly cache: CacheService,
    private readonly pending: PendingInvalidations,
  ) {}

  @OnDomainEvent('**')
  async onEvent(event: DomainEvent): Promise<void> {
    await Promise.all(stalePatterns(event).map((pattern) => this.remove(pattern)));
  }

  private async remove(pattern: string): Promise<void> {
    try {
      await this.cache.deletePattern(pattern);
    } catch (error) {
      if (!(error instanceof CacheUnavailableError)) throw error;
      this.pending.add(pattern);
    }
  }
}
