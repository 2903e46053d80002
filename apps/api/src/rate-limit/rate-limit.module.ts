import { Global, Module } from '@nestjs/common';
import { CacheService } from '@gad/cache';
import { Database } from '../database/database.js';
import { DatabaseRateLimiter } from './database-rate-limiter.js';
import { MemoryRateLimiter, RateLimiter } from './rate-limiter.js';
import { RequestLimits } from './request-limits.js';
import { SharedRateLimiter } from './shared-rate-limiter.js';

/** One count for all processes: in Redis, otherwise in PostgreSQL; the embedded database has one process. */
@Global()
@Module({
  providers: [
    {
      provide: RateLimiter,
      inject: [CacheService, Database],
      useFactory: (cache: CacheService, database: Database): RateLimiter => {
        const memory = new MemoryRateLimiter();
        const inDatabase =
          database.kind === 'postgres' ? new DatabaseRateLimiter(database, memory) : memory;
        return cache.storeKind === 'redis' ? new SharedRateLimiter(cache, inDatabase) : inDatabase;
      },
    },
    RequestLimits,
  ],
  exports: [RequestLimits],
})
export class RateLimitModule {}
