import { Module } from '@nestjs/common';
import { CacheInvalidationListener } from './cache-invalidation.listener.js';
import { PendingInvalidations } from './pending-invalidations.js';

@Module({ providers: [CacheInvalidationListener, PendingInvalidations] })
export class CacheInvalidationModule {}
