import { Module } from '@nestjs/common';
import { OutboxInvalidationLog } from './outbox-invalidation-log.js';

/** What the cache needs of the log. Apart from the listener, which needs the cache. */
@Module({ providers: [OutboxInvalidationLog], exports: [OutboxInvalidationLog] })
export class InvalidationLogModule {}
