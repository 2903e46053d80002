import { Global, Module, type DynamicModule } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { AppConfig, readAppConfig } from './app-config.js';

export interface LoadedConfig {
  readonly config: AppConfig;
  /** Provides `AppConfig` everywhere. */
  readonly module: DynamicModule;
}

/** Loads the configuration once, before anything else is built: logger and HTTP server need it too. */
@Global()
@Module({})
export class AppConfigModule {
  /**
   * Reads the process environment and the `.env` file (the environment wins).
   * @param variables to be read instead of both: for tests and tools
   * @param used which variables to read at all: a tool need not ask for the API's secrets
   * @throws ConfigurationError with one sentence that names the variable and the fix
   */
  static async load(
    variables?: Readonly<Record<string, string>>,
    used: (name: string) => boolean = () => true,
  ): Promise<LoadedConfig> {
    const loaded: { config?: AppConfig } = {};
    const isolated = variables !== undefined;
    const source = await ConfigModule.forRoot({
      ignoreEnvFile: isolated,
      ignoreEnvVars: isolated,
      skipProcessEnv: true,
      validate: (environment) => {
        const named = Object.entries(variables ?? environment).filter(([name]) => used(name));
        loaded.config = readAppConfig(Object.fromEntries(named));
        return {};
      },
    });
    const { config } = loaded;
    if (!config) throw new Error('ConfigModule did not call validate');
    const module: DynamicModule = {
      module: AppConfigModule,
      imports: [source],
      providers: [{ provide: AppConfig, useValue: config }],
      exports: [AppConfig],
    };
    return { config, module };
  }
}
