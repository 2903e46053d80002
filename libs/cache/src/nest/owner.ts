import { Inject } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import type { Application, Owner } from './application.js';
import { applicationOf, onlyApplication } from './application.js';

const OWNER = Symbol('OWNER');
/** Of instances that are frozen. */
const frozen = new WeakMap<object, Owner>();

/**
 * Has Nest tell every instance of a class which application has made it: as a provider of whatever
 * scope, through `ModuleRef`, or in a module that is loaded later.
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

/** Who `self` is when it runs a method of the application; what was another's is made its own. */
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
 * Who runs a method as `self`; `undefined` in a program without an application.
 *
 * @throws CacheOptionsError where it cannot be told
 */
export function ownerOf(self: unknown, where: string): Owner | undefined {
  const isObject = (typeof self === 'object' && self !== null) || typeof self === 'function';
  const known = isObject ? knownOwner(self) : undefined;
  if (known !== undefined) return known;
  const application = onlyApplication(where);
  if (application === undefined) return undefined;
  return isObject ? own(self, application) : application.anonymous;
}

/** Proxies and copies are who they stand for. A class, whose static methods run, is only itself. */
function knownOwner(self: object): Owner | undefined {
  const seen: unknown =
    typeof self === 'function' && !Object.hasOwn(self, OWNER)
      ? undefined
      : Reflect.get(self, OWNER);
  // A proxy of somebody's may answer anything.
  return isOwner(seen) ? seen : frozen.get(self);
}

function isOwner(seen: unknown): seen is Owner {
  return typeof seen === 'object' && seen !== null && 'application' in seen;
}
