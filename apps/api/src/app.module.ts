import { Module, type DynamicModule } from '@nestjs/common';
import { CacheModule } from '@gad/cache';
import type { InvalidationLog } from '@gad/cache/store';
import { AdminModule } from './admin/admin.module.js';
import { AuthModule } from './auth/auth.module.js';
import { CacheAdminModule } from './cache-admin/cache-admin.module.js';
import { CacheInvalidationModule } from './cache-invalidation/cache-invalidation.module.js';
import {
  INVALIDATION_LOG,
  InvalidationLogModule,
} from './cache-invalidation/invalidation-log.module.js';
import { PLACES } from './cache-invalidation/cached-views.js';
import { AppConfig } from './config/app-config.js';
import { cacheOptions } from './config/cache-options.js';
import { DatabaseModule } from './database/database.module.js';
import { DemoDataModule } from './demo-data/demo-data.module.js';
import { DoctorModule } from './doctor/doctor.module.js';
import { EventsModule } from './events/events.module.js';
import { HealthModule } from './health/health.module.js';
import { HttpModule } from './http/http.module.js';
import { MetricsModule } from './metrics/metrics.module.js';
import { RateLimitModule } from './rate-limit/rate-limit.module.js';
import { StatisticsModule } from './statistics/statistics.module.js';
import { TareasModule } from './tareas/tareas.module.js';
import { UsuariosModule } from './usuarios/usuarios.module.js';

/** The composition root: the only place that knows all modules. */
@Module({
  imports: [
    HttpModule,
    DatabaseModule,
    DemoDataModule,
    EventsModule,
    CacheModule.forRootAsync({
      imports: [InvalidationLogModule],
      inject: [AppConfig, INVALIDATION_LOG],
      useFactory: (config: AppConfig, log: InvalidationLog) => ({
        ...cacheOptions(config, log),
        places: PLACES,
      }),
    }),
    RateLimitModule,
    AuthModule,
    UsuariosModule,
    TareasModule,
    StatisticsModule,
    CacheInvalidationModule,
    CacheAdminModule,
    DoctorModule,
    HealthModule,
    MetricsModule,
    AdminModule,
  ],
})
export class AppModule {
  /** @param config the module that provides `AppConfig` */
  static forRoot(config: DynamicModule): DynamicModule {
    return { module: AppModule, imports: [config] };
  }
}
