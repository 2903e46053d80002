import {
  Global,
  Inject,
  Module,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import { isLoopback } from '../config/loopback.js';
import { ConfigurationError } from '../config/parse-environment.js';
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
    else if (this.isExposed()) await this.refusePublishedPasswords();
  }

  private isExposed(): boolean {
    return this.config.nodeEnv === 'production' || !isLoopback(this.config.http.host);
  }

  /** Demo data of an earlier start stays in the database, whatever DEMO_DATA says today. */
  private async refusePublishedPasswords(): Promise<void> {
    const emails = await this.demoData.withPublishedPassword();
    if (emails.length === 0) return;
    const meant =
      this.config.nodeEnv === 'production' ? '' : ', or set DEMO_DATA=true if that is meant';
    throw new ConfigurationError(
      this.config.database.url === undefined ? 'DATA_DIR' : 'DATABASE_URL',
      `names a database with demo usuarios whose password is published (${emails.join(', ')}): ` +
        `set new ones with \`npm run admin -- reset-password --email …\`${meant}`,
    );
  }

  async onApplicationShutdown(): Promise<void> {
    await this.database.close();
  }
}
