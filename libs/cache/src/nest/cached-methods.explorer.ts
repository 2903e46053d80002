import type { OnApplicationBootstrap, OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import { Injectable } from '@nestjs/common';
import type { DiscoveryService } from '@nestjs/core';
import { ApplicationConfig, ModuleRef, ModulesContainer } from '@nestjs/core';
import { CacheOptionsError } from '../cache-errors.js';
import type { Application } from './application.js';
import { applicationOf } from './application.js';
import { CACHE_FACE } from './cache-binding.js';
import type { AnyHandlerOptions } from './decorated.js';
import { Decorated, decorationsOf, handlerDecoration, isRoute } from './decorated.js';
import { own } from './owner.js';
import { assertAnswers, assertCacheable, assertNotOverridden } from './route-rules.js';
import { CacheService } from '../cache.service.js';
import { prepareAs } from '../values/as.js';
import type { CacheWarmer } from '../warm/cache-warmer.js';
import { Serializers } from './serializers.js';
import { assertSingleWarmer, warmsCacheOf } from './warms-cache.decorator.js';
import { watchTransactions } from './unannounced-transactions.js';

/** Any function. */
type Method = { readonly name: string } & object;
type Wrapper = ReturnType<DiscoveryService['getProviders']>[number];

/**
 * At start, assigns instances that Nest did not create itself to the application, and rejects
 * decorators that could not work. The application's first cache module does so for all.
 */
@Injectable()
export class CachedMethodsExplorer
  implements OnModuleInit, OnApplicationBootstrap, OnApplicationShutdown
{
  readonly #application: Application;
  #unwatch: (() => void) | undefined;

  constructor(
    private readonly container: ModulesContainer,
    private readonly config: ApplicationConfig,
  ) {
    this.#application = applicationOf(container);
  }

  /** @throws CacheOptionsError one sentence that names the method and the fix */
  async onModuleInit(): Promise<void> {
    if (this.#application.checked) return;
    this.#application.checked = true;
    await this.#orEnd(() => this.#checkMethods());
    this.#unwatch = watchTransactions(this.container);
  }

  async #checkMethods(): Promise<void> {
    // Nest creates the guards, interceptors and pipes of a class once for each module.
    const wrappers = [...this.container.values()].flatMap(
      // Of any class: only their common fields are read.
      ({ providers, injectables, controllers }) =>
        [providers, injectables, controllers].flatMap((each) => [...each.values()] as Wrapper[]),
    );
    wrappers.forEach(assertStatic);
    for (const wrapper of wrappers) {
      const instance: unknown = wrapper.instance; // declared `any`
      if (typeof instance !== 'object' || instance === null) continue;
      const methods = methodsOf(instance);
      for (const [name, method] of methods) {
        for (const decorated of decorationsOf(method)) {
          this.#look(wrapper, instance, name, method, decorated);
          if (decorated instanceof Decorated) await prepareAs(decorated.aside ?? {});
        }
      }
      assertNotOverridden(instance.constructor, methods);
      this.#addWarmer(wrapper, instance);
    }
  }

  #addWarmer(wrapper: Wrapper, instance: object): void {
    const warms = warmsCacheOf(instance);
    if (warms === undefined) return;
    assertSingleWarmer(instance, wrapper.isDependencyTreeStatic() && !wrapper.isTransient);
    const where = instance.constructor.name;
    const { cache } = this.#application.face({ cache: warms.cache, where });
    // `add` checks that it is one; a test double of the service need not warm.
    if (cache instanceof CacheService) cache.warming.add(instance as CacheWarmer);
  }

  /** At this point every interceptor is registered. */
  onApplicationBootstrap(): Promise<void> {
    return this.#orEnd(() => this.#checkSerializers());
  }

  #checkSerializers(): void {
    const controllers = [...this.container.values()].flatMap((module) => [
      ...module.controllers.values(),
    ]);
    for (const wrapper of controllers) {
      const instance: unknown = wrapper.instance; // declared `any`
      if (typeof instance !== 'object' || instance === null) continue;
      for (const [, method] of methodsOf(instance)) {
        const decorated = handlerDecoration(method);
        const module: unknown = wrapper.host?.getProviderByKey(ModuleRef).instance;
        if (decorated === undefined || !(module instanceof ModuleRef)) continue;
        const { aside } = decorated;
        Serializers.around({
          type: instance.constructor,
          method,
          aside,
          module,
          config: this.config,
        });
      }
    }
  }

  onApplicationShutdown(): void {
    this.#application.end();
    this.#unwatch?.();
  }

  /**
   * After a rejection the application does not run, and Nest calls no shutdown hook: end it here.
   */
  async #orEnd(check: () => void | Promise<void>): Promise<void> {
    try {
      await check();
    } catch (error) {
      this.#application.end();
      throw error;
    }
  }

  #look(
    wrapper: Wrapper,
    instance: object,
    name: string | symbol,
    method: object,
    decorated: Decorated,
  ): void {
    const where = `${instance.constructor.name}.${String(name)}`;
    if (!(decorated instanceof Decorated)) return this.#assertServed(decorated, where);
    const { aside } = decorated;
    const face = this.#application.face({ ...decorated, where });
    const single = wrapper.isDependencyTreeStatic() && !wrapper.isTransient;
    if (aside === undefined) {
      if (single) own(instance, this.#application);
      return;
    }
    if (aside.scope === undefined) {
      if (isRoute(method)) throw new CacheOptionsError('scope', `${where} ${NEEDS_SCOPE}`);
      assertAnswers(method, where);
      if (!single && aside.instances === undefined) {
        throw new CacheOptionsError('instances', `${where} ${NOT_SINGLE}`);
      }
    } else {
      assertCacheable(instance.constructor, name, method, where, aside);
      assertHandler(aside, where, single, face.userOf !== undefined);
    }
    // The static instance of a scoped class does not serve requests.
    const application = this.#application;
    application.admit(decorated, single ? own(instance, application) : { application });
  }

  /** A method decorated by another copy of the library needs that copy's module. */
  #assertServed(decorated: Decorated, where: string): void {
    if (decorated.isServedIn(this.container)) return;
    throw new CacheOptionsError(
      'cache',
      `${where} is decorated by another copy of the library than the one whose CacheModule is imported: install one version for the whole program.`,
    );
  }
}

const NEEDS_SCOPE =
  "is an HTTP handler, so @CacheAside needs scope: 'user' if its answer depends on the caller, or 'shared' if it does not.";
const NOT_SINGLE =
  "is cached, so its class must not be request-scoped or transient, unless the option instances defines which instances share entries: a function, or 'shared'.";

/** @throws CacheOptionsError when each request would get a cache of its own */
function assertStatic(wrapper: Wrapper): void {
  if (wrapper.token !== CACHE_FACE || wrapper.isDependencyTreeStatic()) return;
  throw new CacheOptionsError(
    'useFactory',
    'useFactory of CacheModule must not inject request-scoped providers, because each request would get a cache of its own: put what depends on the request into the keys.',
  );
}

function assertHandler(
  { scope, instances }: AnyHandlerOptions,
  where: string,
  single: boolean,
  knowsUsers: boolean,
): void {
  if (scope === 'user' && !knowsUsers) {
    throw new CacheOptionsError(
      'userOf',
      `${where} has scope 'user', so CacheModule needs the option userOf: (context) => the caller's id.`,
    );
  }
  if (typeof instances === 'function' && !single) {
    throw new CacheOptionsError(
      'instances',
      `${where} has a function as option instances, so its class must not be request-scoped.`,
    );
  }
}

/** All methods that can be called on an instance, symbols included; the nearest class first. */
function methodsOf(instance: object): ReadonlyMap<string | symbol, Method> {
  const methods = new Map<string | symbol, Method>();
  let prototype: unknown = Object.getPrototypeOf(instance);
  while (typeof prototype === 'object' && prototype !== null && prototype !== Object.prototype) {
    for (const name of Reflect.ownKeys(prototype)) {
      const value: unknown = Reflect.getOwnPropertyDescriptor(prototype, name)?.value;
      if (typeof value === 'function' && !methods.has(name)) methods.set(name, value);
    }
    prototype = Object.getPrototypeOf(prototype);
  }
  return methods;
}
