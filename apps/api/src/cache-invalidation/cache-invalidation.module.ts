import { Module } from '@nestjs/common';
import { CacheInvalidationListener } from './cache-invalidation.listener.js';

@Module({ providers: [CacheInvalidationListener] })
export class CacheInvalidationModule {}
