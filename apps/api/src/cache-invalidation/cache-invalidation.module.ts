import { Module } from '@nestjs/common';
import { CacheInvalidationListener } from './cache-invalidation.listener.js';
import { StaleKeysService } from './stale-keys.service.js';

@Module({
  providers: [CacheInvalidationListener, StaleKeysService],
  exports: [StaleKeysService],
})
export class CacheInvalidationModule {}
