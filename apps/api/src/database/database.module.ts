import {
  Global,
  Inject,
  Module,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import { Database } from './database.js';
import { DemoDataService } from './demo-data.service.js';
import { openDatabase } from './open-database.js';

/**
 * Provides `Database` everywhere. Whoever gets it injected gets it open and migrated; it is closed
 * after the HTTP server has answered its last request.
 */
@Global()
@Module({
  providers: [
    {
      provide: Database,
      inject: [AppConfig],
      useFactory: (config: AppConfig): Promise<Database> => openDatabase(config),
    },
    DemoDataService,
  ],
  exports: [Database, DemoDataService],
})
export class DatabaseModule implements OnModuleInit, OnApplicationShutdown {
  constructor(
    @Inject(AppConfig) private readonly config: AppConfig,
    @Inject(Database) private readonly database: Database,
    @Inject(DemoDataService) private readonly demoData: DemoDataService,
  ) {}

  async onModuleInit(): Promise<void> {
    if (this.config.demoData) await this.demoData.apply();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.database.close();
  }
}
