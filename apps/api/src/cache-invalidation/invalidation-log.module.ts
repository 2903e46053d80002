import { Module } from '@nestjs/common';
import type { InvalidationLog } from '@gad/cache/store';
import { Outbox } from '../events/outbox/outbox.js';
import { knownStalePatterns } from './invalidation.map.js';

/** The outbox as the cache reads it: through `INVALIDATION_MAP`. */
export const INVALIDATION_LOG = Symbol('INVALIDATION_LOG');

/** What the cache needs of the outbox. Apart from the listener, which needs the cache. */
@Module({
  providers: [
    {
      provide: INVALIDATION_LOG,
      inject: [Outbox],
      useFactory: (outbox: Outbox): InvalidationLog => outbox.invalidationLog(knownStalePatterns),
    },
  ],
  exports: [INVALIDATION_LOG],
})
export class InvalidationLogModule {}
