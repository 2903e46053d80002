import { Module } from '@nestjs/common';
import { CacheAudit } from './cache-audit.js';
import { CacheFiguresController } from './cache-figures.controller.js';
import { CacheWarmingController } from './cache-warming.controller.js';
import { CacheController } from './cache.controller.js';

@Module({
  controllers: [CacheController, CacheFiguresController, CacheWarmingController],
  providers: [CacheAudit],
})
export class CacheAdminModule {}
