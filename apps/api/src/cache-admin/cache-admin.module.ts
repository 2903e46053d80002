import { Module } from '@nestjs/common';
import { CacheAudit } from './cache-audit.js';
import { CacheFiguresController } from './cache-figures.controller.js';
import { CacheController } from './cache.controller.js';

@Module({ controllers: [CacheController, CacheFiguresController], providers: [CacheAudit] })
export class CacheAdminModule {}
