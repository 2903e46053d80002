import { Inject } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import type { Application, Owner } from './application.js';
import { applicationOf, onlyApplication } from './application.js';

const OWNER = Symbol('OWNER');
/** Owners of frozen instances. */
const frozen = new WeakMap<object, Owner>();

/**
 * Makes Nest pass each instance of a class its application, however it is created: as a provider of
 * any scope, through `ModuleRef`, or in a module that is loaded later.
 */
export function ownInstancesOf(prototype: object): void {
  if (Object.hasOwn(prototype, OWNER)) return;
  Object.defineProperty(prototype, OWNER, {
    configurable: true,
    get: () => undefined,
    set(this: object, container: ModulesContainer) {
      own(this, applicationOf(container));
    },
  });
  Inject(ModulesContainer)(prototype, OWNER);
}

/** The owner of `self` in this application; an instance of another application is reassigned. */
export function own(self: object, application: Application): Owner {
  const known = knownOwner(self);
  if (known?.application === application) return known;
  const owner: Owner = { application };
  if (Object.isExtensible(self))
    Object.defineProperty(self, OWNER, { value: owner, configurable: true });
  else frozen.set(self, owner);
  return owner;
}

/**
 * The owner for calls on `self`; `undefined` in a program without an application.
 *
 * @throws CacheOptionsError when the application cannot be determined
 */
export function ownerOf(self: unknown, where: string): Owner | undefined {
  const isObject = (typeof self === 'object' && self !== null) || typeof self === 'function';
  const known = isObject ? knownOwner(self) : undefined;
  if (known !== undefined) return known;
  const application = onlyApplication(where);
  if (application === undefined) return undefined;
  return isObject ? own(self, application) : application.anonymous;
}

/**
 * Proxies and copies have the owner of their original. A class (static methods) inherits no owner.
 */
function knownOwner(self: object): Owner | undefined {
  const seen: unknown =
    typeof self === 'function' && !Object.hasOwn(self, OWNER)
      ? undefined
      : Reflect.get(self, OWNER);
  // A foreign proxy may return any value.
  return isOwner(seen) ? seen : frozen.get(self);
}

function isOwner(seen: unknown): seen is Owner {
  return typeof seen === 'object' && seen !== null && 'application' in seen;
}
