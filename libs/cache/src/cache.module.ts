import type { DynamicModule, Provider } from '@nestjs/common';
import { ConfigurableModuleBuilder, Module } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { CacheOptionsError } from './cache-errors.js';
import { optionOfReads } from './cache-options.js';
import { CacheService } from './cache.service.js';
import { CACHE_MODULE_OPTIONS } from './cache.tokens.js';
import { applicationOf, expectApplication } from './nest/application.js';
import { CacheReadAhead } from './nest/cache-read-ahead.js';
import { CachedMethodsExplorer } from './nest/cached-methods.explorer.js';
import type { CacheBinding } from './nest/cache-binding.js';
import { CACHE_FACE, cacheFace, cacheToken } from './nest/cache-binding.js';
import type { NestCacheOptions } from './nest/nest-cache-options.js';
import { NEST_CACHE_OPTIONS } from './nest/nest-cache-options.js';
import type { OptionKinds } from './option-checks.js';
import { assertKinds, assertKnown, CALLBACK, CHECKED, FLAG, TEXT } from './option-checks.js';

/** Visibility of the module and name of its cache. */
export interface CacheModuleExtras {
  /**
   * Whether {@link CacheService} can be injected everywhere without importing the module again.
   * Default `true`.
   */
  isGlobal?: boolean;
  /**
   * Name of this cache, if there are several: `@InjectCache('reports')` injects it, and decorators
   * select it with `cache: 'reports'`. Give each cache a prefix that does not begin with another's;
   * overlapping prefixes in Redis are rejected at start. Default: none; the cache without a name is
   * injected by its class, `CacheService`.
   */
  name?: string | undefined;
}

const host = new ConfigurableModuleBuilder<NestCacheOptions>({
  optionsInjectionToken: CACHE_MODULE_OPTIONS,
})
  .setClassMethodName('forRoot')
  .setFactoryMethodName('createCacheOptions')
  .setExtras<CacheModuleExtras>({ isGlobal: true, name: undefined }, (definition, extras) =>
    withCache({ ...definition, global: extras.isGlobal ?? true }, extras.name),
  )
  .build();

/** Adds the providers of the named cache and of the decorators that select it. */
function withCache(definition: DynamicModule, name: string | undefined): DynamicModule {
  const token = cacheToken(name);
  const face = (
    cache: CacheService,
    options: NestCacheOptions,
    container: ModulesContainer,
  ): CacheBinding => {
    const made = cacheFace(name, cache, options);
    applicationOf(container).add(made);
    return made;
  };
  expectApplication();
  const providers: Provider[] = [
    name === undefined
      ? CacheService
      : {
          provide: token,
          inject: [CACHE_MODULE_OPTIONS],
          useFactory: (options: NestCacheOptions) => new CacheService(options),
        },
    {
      provide: CACHE_FACE,
      inject: [token, CACHE_MODULE_OPTIONS, ModulesContainer],
      useFactory: face,
    },
    CachedMethodsExplorer,
    CacheReadAhead,
  ];
  return {
    ...definition,
    providers: [...(definition.providers ?? []), ...providers],
    exports: [...(definition.exports ?? []), token, CacheReadAhead],
  };
}

const EXTRAS: OptionKinds<CacheModuleExtras> = { isGlobal: FLAG, name: TEXT };

const ASYNC_OPTIONS: OptionKinds<CacheModuleForRootAsync> = {
  ...EXTRAS,
  imports: CHECKED,
  inject: CHECKED,
  useFactory: CALLBACK,
  useClass: CALLBACK,
  useExisting: CHECKED,
  provideInjectionTokensFrom: CHECKED,
};

/** Options of `CacheModule.forRoot`. */
export type CacheModuleForRoot = typeof host.OPTIONS_TYPE;

/** Options of `CacheModule.forRootAsync`. */
type CacheModuleForRootAsync = typeof host.ASYNC_OPTIONS_TYPE;

/**
 * The cache as a Nest module.
 *
 * ```ts
 * CacheModule.forRoot({ redis: { url: 'redis://localhost:6381/0' }, prefix: 'gad:' })
 * CacheModule.forRootAsync({ inject: [AppConfig], useFactory: (config: AppConfig) => config.cache })
 * CacheModule.forRoot({ name: 'reports', prefix: 'reports:' }) // a second cache
 * ```
 */
@Module({})
export class CacheModule extends host.ConfigurableModuleClass {
  /**
   * The cache with these options; without any, an in-process store.
   *
   * @throws CacheOptionsError at start, when an option is wrong or unknown
   */
  static override forRoot(options: CacheModuleForRoot = {}): DynamicModule {
    assertKnown(options, { ...NEST_CACHE_OPTIONS, ...EXTRAS }, 'the cache', optionOfReads);
    assertKinds(options, EXTRAS);
    return super.forRoot(options);
  }

  /**
   * The cache with options that a factory or a class makes: `{ inject, useFactory }`, `{ useClass }`
   * or `{ useExisting }`, whose method is `createCacheOptions`.
   *
   * @throws CacheOptionsError at start, when an option is wrong or unknown
   */
  static override forRootAsync(options: CacheModuleForRootAsync): DynamicModule {
    assertKnown(options, ASYNC_OPTIONS, 'forRootAsync', (name) =>
      name in NEST_CACHE_OPTIONS ? ': let useFactory return it.' : undefined,
    );
    assertKinds(options, ASYNC_OPTIONS);
    const { useFactory, useClass, useExisting } = options;
    if ([useFactory, useClass, useExisting].filter(Boolean).length !== 1) {
      throw new CacheOptionsError(
        'useFactory',
        'forRootAsync needs one of useFactory, useClass and useExisting, and only one.',
      );
    }
    return super.forRootAsync(options);
  }
}
