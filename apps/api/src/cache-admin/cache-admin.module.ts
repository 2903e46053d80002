import { Module } from '@nestjs/common';
import { CacheAudit } from './cache-audit.js';
import { CacheController } from './cache.controller.js';

@Module({ controllers: [CacheController], providers: [CacheAudit] })
export class CacheAdminModule {}
