import type { ExecutionContext } from '@nestjs/common';
import { CacheOptionsError } from '../cache-errors.js';
import type { CacheBinding } from './cache-binding.js';
import { assertApart } from './cache-binding.js';
import type { Decorated } from './decorated.js';

/**
 * The identity under which decorated methods run: one for each instance, shared by its proxies and
 * copies.
 */
export interface Owner {
  readonly application: Application;
}

/** A handler whose answer can be read from the cache before its guards have decided. */
interface AheadHandler {
  readAhead(context: ExecutionContext): void;
}

/** The caches of one Nest application and the owners of its decorated methods. */
export class Application {
  /** Owner of calls whose `this` is not an object. */
  readonly anonymous: Owner = { application: this };
  /** Whether the checks at start have run; each cache module triggers them. */
  checked = false;
  /** Cached handlers that were called before, by class and handler. */
  readonly handlers = new Map<object, Map<object, AheadHandler>>();
  readonly #faces = new Map<string | undefined, CacheBinding>();
  readonly #owners = new Map<Decorated, Owner>();
  readonly #families = new Map<string, Set<Decorated>>();

  /** @throws CacheOptionsError when two caches have the same name or would share keys */
  add(face: CacheBinding): void {
    if (this.#faces.has(face.name)) {
      throw new CacheOptionsError(
        'name',
        `There are two caches ${called(face.name)}: import CacheModule once for each name, and give every cache but one a name.`,
      );
    }
    for (const other of this.#faces.values()) assertApart(face, other);
    this.#faces.set(face.name, face);
    running.add(this);
    expected = false;
  }

  /** All its caches are closed. */
  end(): void {
    running.delete(this);
  }

  /** Whether it has any cache. */
  get started(): boolean {
    return this.#faces.size > 0;
  }

  has(name: string | undefined): boolean {
    return this.#faces.has(name);
  }

  /**
   * @throws CacheOptionsError when the application has no such cache, or it has not been created
   *   yet
   */
  face({ cache, where }: Pick<Decorated, 'cache' | 'where'>): CacheBinding {
    const face = this.#faces.get(cache);
    if (face !== undefined) return face;
    throw new CacheOptionsError(
      'cache',
      `${where} uses the cache ${called(cache)}, which does not exist: import CacheModule once for each name, from the same copy of the library as the decorator. Decorated methods cannot run before their cache is created: inject CacheService into the caller, so that it is created later.`,
    );
  }

  /**
   * Records the owner of a cached method and rejects a second owner: two instances may answer
   * differently but would share entries.
   *
   * @throws CacheOptionsError unless the option `instances` defines which instances share entries
   */
  admit(decorated: Decorated, owner: Owner): void {
    const known = this.#owners.get(decorated);
    if (known === owner || decorated.aside?.instances !== undefined) return;
    if (known !== undefined) {
      throw new CacheOptionsError(
        'instances',
        `${decorated.where} is cached and run by several instances, which would share its entries: give @CacheAside the option instances: a function that returns a key segment for each, or 'shared'.`,
      );
    }
    this.#owners.set(decorated, owner);
    const family = this.#families.get(decorated.source) ?? new Set<Decorated>();
    this.#families.set(decorated.source, family.add(decorated));
  }

  /**
   * For classes that one function generates: rejects a call whose key another such class would make
   * as well. Their code is the same, so only calls show whether the keys differ, and keys may
   * differ for some arguments only.
   *
   * Cost: nothing for a class of its own; for others the key of each of them.
   *
   * @param keyOf the key that another class would make for this call
   */
  assertDistinguished(
    decorated: Decorated,
    key: string,
    keyOf: (other: Decorated) => unknown,
  ): void {
    const family = this.#families.get(decorated.source);
    if (family === undefined || family.size < 2) return;
    for (const other of family) {
      if (other === decorated || !isSame(key, () => keyOf(other))) continue;
      throw new CacheOptionsError(
        'key',
        `${decorated.where} is cached under one key in several classes that one function generates: add to the key what distinguishes them, or give @CacheAside instances: 'shared'.`,
      );
    }
  }
}

/** The other class need not understand these arguments. */
function isSame(key: string, other: () => unknown): boolean {
  try {
    return other() === key;
  } catch {
    return false;
  }
}

const applications = new WeakMap<object, Application>();
/** Applications whose caches are created and not closed. */
const running = new Set<Application>();
/** A module has been declared, but no cache has been created since. */
let expected = false;

/** The application of a Nest container. */
export function applicationOf(container: object): Application {
  const known = applications.get(container) ?? new Application();
  applications.set(container, known);
  return known;
}

/** Marks `CacheModule` as part of the program: from now on decorators must work or fail. */
export function expectApplication(): void {
  expected = true;
}

/**
 * The application for objects that Nest did not create: the only one that is running. `undefined`
 * in a program without an application, where decorated methods run undecorated.
 *
 * @throws CacheOptionsError when several are running, or none is yet
 */
export function onlyApplication(where: string): Application | undefined {
  const [application, ...others] = running;
  if (others.length === 0 && (application !== undefined || !expected)) return application;
  throw new CacheOptionsError(
    'cache',
    application === undefined
      ? `${where} was called before the cache was created: inject CacheService into the caller, so that it is created later.`
      : `${where} was called on an instance that no application has created, and several are running: let Nest create the instance.`,
  );
}

function called(name: string | undefined): string {
  return name === undefined ? 'without a name' : `"${name}"`;
}
