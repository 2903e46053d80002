import { Inject, Module, type OnModuleInit } from '@nestjs/common';
import { AppConfig } from '../config/app-config.js';
import { isLoopback } from '../config/loopback.js';
import { ConfigurationError } from '../config/parse-environment.js';
import { DemoDataService } from './demo-data.service.js';

/**
 * Applies the demo data with `DEMO_DATA`. Without it, refuses to start an exposed process on a
 * database that still has the published passwords.
 */
@Module({ providers: [DemoDataService] })
export class DemoDataModule implements OnModuleInit {
  constructor(
    @Inject(AppConfig) private readonly config: AppConfig,
    @Inject(DemoDataService) private readonly demoData: DemoDataService,
  ) {}

  async onModuleInit(): Promise<void> {
    if (this.config.demoData) await this.demoData.apply();
    else if (this.isExposed()) await this.refusePublishedPasswords();
  }

  private isExposed(): boolean {
    return this.config.nodeEnv === 'production' || !isLoopback(this.config.http.host);
  }

  /** Demo data of an earlier start stays in the database, whatever DEMO_DATA says now. */
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
}
