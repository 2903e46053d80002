import { Module } from '@nestjs/common';
import { CacheInvalidationModule } from '../cache-invalidation/cache-invalidation.module.js';
import { CacheAuditController } from './cache-audit.controller.js';
import { DoctorModule } from '../doctor/doctor.module.js';
import { CacheAudit } from './cache-audit.js';
import { CacheAuditRepository } from './cache-audit.repository.js';
import { CacheFiguresController } from './cache-figures.controller.js';
import { CacheInspectionController } from './cache-inspection.controller.js';
import { CacheWarmingController } from './cache-warming.controller.js';
import { CacheController } from './cache.controller.js';
import { ExplainRepository } from './explain/explain.repository.js';
import { ExplainService } from './explain/explain.service.js';
import { FreshnessProbeService } from './freshness-probe.service.js';

@Module({
  imports: [CacheInvalidationModule, DoctorModule],
  controllers: [
    CacheAuditController,
    CacheController,
    CacheFiguresController,
    CacheInspectionController,
    CacheWarmingController,
  ],
  providers: [
    CacheAudit,
    CacheAuditRepository,
    ExplainRepository,
    ExplainService,
    FreshnessProbeService,
  ],
  exports: [CacheAudit],
})
export class CacheAdminModule {}
