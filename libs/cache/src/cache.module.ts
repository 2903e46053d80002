import { ConfigurableModuleBuilder, Module } from '@nestjs/common';
import type { CacheModuleOptions } from './cache-options.js';
import { CacheService } from './cache.service.js';
import { CACHE_MODULE_OPTIONS } from './cache.tokens.js';

/** Where the module is visible. */
export interface CacheModuleExtras {
  /** Inject {@link CacheService} anywhere without importing the module again. Default `true`. */
  isGlobal?: boolean;
}

const host = new ConfigurableModuleBuilder<CacheModuleOptions>({
  optionsInjectionToken: CACHE_MODULE_OPTIONS,
})
  .setClassMethodName('forRoot')
  .setFactoryMethodName('createCacheOptions')
  .setExtras<CacheModuleExtras>({ isGlobal: true }, (definition, extras) => ({
    ...definition,
    global: extras.isGlobal ?? true,
  }))
  .build();

/** What `CacheModule.forRoot` takes. */
export type CacheModuleForRoot = typeof host.OPTIONS_TYPE;
/** What `CacheModule.forRootAsync` takes: `useFactory`, `useClass` or `useExisting`. */
export type CacheModuleForRootAsync = typeof host.ASYNC_OPTIONS_TYPE;

/**
 * The cache as a Nest module.
 *
 * ```ts
 * CacheModule.forRoot({ redis: { url: 'redis://localhost:6381/0' }, prefix: 'gad:' })
 * CacheModule.forRootAsync({ inject: [AppConfig], useFactory: (config: AppConfig) => config.cache })
 * ```
 */
@Module({ providers: [CacheService], exports: [CacheService] })
export class CacheModule extends host.ConfigurableModuleClass {}
