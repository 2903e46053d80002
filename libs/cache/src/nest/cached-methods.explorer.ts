import type { OnModuleInit } from '@nestjs/common';
import { Inject, Injectable } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { CacheOptionsError } from '../cache-errors.js';
import { bindCache } from './bound-method.js';
import { asideOptionsOf, invalidateTargetOf } from './cache-aside.metadata.js';
import type { CacheFace } from './cache-face.js';
import { cacheFaceToken } from './cache-face.js';
import { assertCacheable, isRoute } from './route-rules.js';

/** Injection token of the name of a module's own cache. */
export const CACHE_NAME: unique symbol = Symbol('CACHE_NAME');
/** Injection token of a module's own cache as the decorators use it. */
export const CACHE_FACE: unique symbol = Symbol('CACHE_FACE');

/**
 * At start, gives the instances of this application its cache for their decorated methods, and
 * refuses what could not work. Each module of a cache does so for those that name its cache.
 */
@Injectable()
export class CachedMethodsExplorer implements OnModuleInit {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    @Inject(CACHE_NAME) private readonly name: { readonly name: string | undefined },
    @Inject(CACHE_FACE) private readonly face: CacheFace,
  ) {}

  /** @throws CacheOptionsError one sentence that names the method and the fix */
  onModuleInit(): void {
    for (const wrapper of [...this.discovery.getProviders(), ...this.discovery.getControllers()]) {
      const instance: unknown = wrapper.instance; // declared `any`
      if (typeof instance !== 'object' || instance === null) continue;
      const prototype: unknown = Object.getPrototypeOf(instance);
      if (typeof prototype !== 'object' || prototype === null) continue;
      const single = wrapper.isDependencyTreeStatic() && !wrapper.isTransient;
      for (const name of this.scanner.getAllMethodNames(prototype)) {
        this.#look(instance, prototype, name, single);
      }
    }
  }

  #look(instance: object, prototype: object, name: string, single: boolean): void {
    const method: unknown = Reflect.get(prototype, name);
    if (typeof method !== 'function') return;
    const aside = asideOptionsOf(method);
    const invalidate = invalidateTargetOf(method);
    const where = `${instance.constructor.name}.${name}`;
    if (aside !== undefined) {
      this.#assertNamed(aside.cache, where);
      if (aside.scope !== undefined) {
        assertCacheable(instance.constructor, name, method, where, aside);
        if (aside.scope === 'user' && this.#isMine(aside.cache) && this.face.userOf === undefined) {
          throw new CacheOptionsError(
            'userOf',
            `${where} has scope 'user', so CacheModule needs the option userOf: (context) => the caller's id.`,
          );
        }
      } else if (isRoute(method)) {
        throw new CacheOptionsError(
          'scope',
          `${where} is an HTTP handler, so @CacheAside needs scope: 'user' if its answer depends on who asks, or 'shared' if it does not.`,
        );
      }
    }
    if (invalidate !== undefined) this.#assertNamed(invalidate.cache, where);
    for (const target of [aside?.scope === undefined ? aside : undefined, invalidate]) {
      if (target === undefined || !this.#isMine(target.cache)) continue;
      if (!single) {
        throw new CacheOptionsError(
          'cache',
          `${where} is cached or invalidates, so its class must not be request-scoped or transient.`,
        );
      }
      bindCache(instance, target.cache, this.face);
    }
  }

  #isMine(cache: string | undefined): boolean {
    return cache === this.name.name;
  }

  #assertNamed(cache: string | undefined, where: string): void {
    const token = cacheFaceToken(cache);
    const found = this.discovery.getProviders().filter((wrapper) => wrapper.token === token);
    if (found.length === 1) return;
    const called = cache === undefined ? 'a cache without a name' : `the cache "${cache}"`;
    throw new CacheOptionsError(
      'cache',
      `${where} uses ${called}, of which there ${found.length === 0 ? 'is none' : 'are several'}: import CacheModule once for each name.`,
    );
  }
}
