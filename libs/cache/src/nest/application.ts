import { CacheOptionsError } from '../cache-errors.js';
import type { CacheBinding } from './cache-binding.js';
import { assertApart } from './cache-binding.js';
import type { Decorated } from './decorated.js';

/** Who runs decorated methods: one for each instance, known to the instance, its proxies and copies. */
export interface Owner {
  readonly application: Application;
}

/** What one Nest application has for its decorated methods: its caches, and who runs which method. */
export class Application {
  /** Where `this` is no object. */
  readonly anonymous: Owner = { application: this };
  /** Whether its start has been checked: each module of a cache comes to that point. */
  checked = false;
  readonly #faces = new Map<string | undefined, CacheBinding>();
  readonly #owners = new Map<Decorated, Owner>();
  readonly #families = new Map<string, Set<Decorated>>();
  readonly #toldApart = new Set<Decorated>();

  /** @throws CacheOptionsError when two caches have one name, or would share keys */
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

  /** No cache of it serves any more. */
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

  /** @throws CacheOptionsError when the application has no such cache, or not yet */
  face({ cache, where }: Decorated): CacheBinding {
    const face = this.#faces.get(cache);
    if (face !== undefined) return face;
    throw new CacheOptionsError(
      'cache',
      `${where} uses the cache ${called(cache)}, of which there is none: import CacheModule once for each name, from the copy of the library that decorates. Before the cache is made, no method may use it: inject CacheService to be made later.`,
    );
  }

  /**
   * Notes who runs a cached method, and refuses a second one: two instances answer differently, and
   * would share their entries.
   *
   * @throws CacheOptionsError unless the option `instances` says which of them share entries
   */
  admit(decorated: Decorated, owner: Owner): void {
    const known = this.#owners.get(decorated);
    if (known === owner || decorated.aside?.instances !== undefined) return;
    if (known !== undefined) {
      throw new CacheOptionsError(
        'instances',
        `${decorated.where} is cached and run by several instances, which would share its entries: give @CacheAside the option instances, a function that tells them apart or 'shared'.`,
      );
    }
    this.#owners.set(decorated, owner);
    const family = this.#families.get(decorated.source) ?? new Set<Decorated>();
    this.#families.set(decorated.source, family.add(decorated));
  }

  /**
   * Refuses, at its first call, a method of a class that a function made several times, if it has
   * the key of another such class: the code is the same, and whether the keys differ shows only now.
   *
   * @param keyOf the key of this call, as another class would make it
   */
  assertToldApart(decorated: Decorated, keyOf: (other: Decorated) => unknown): void {
    if (this.#toldApart.has(decorated)) return;
    const key = keyOf(decorated);
    for (const other of this.#families.get(decorated.source) ?? []) {
      if (other === decorated || keyOf(other) !== key) continue;
      throw new CacheOptionsError(
        'key',
        `${decorated.where} is cached in several classes that one function makes, under one key: put into the key what tells them apart, or give @CacheAside instances: 'shared'.`,
      );
    }
    this.#toldApart.add(decorated);
  }
}

const applications = new WeakMap<object, Application>();
/** Those whose caches have been made and not been closed. */
const running = new Set<Application>();
/** A module has been declared and no cache been made since. */
let expected = false;

/** The application of a Nest container. */
export function applicationOf(container: object): Application {
  const known = applications.get(container) ?? new Application();
  applications.set(container, known);
  return known;
}

/** `CacheModule` is part of the program: its decorators have to work, or to fail. */
export function expectApplication(): void {
  expected = true;
}

/**
 * The application of what Nest has not made: the only one there is. `undefined` in a program without
 * any, where a method is just the method.
 *
 * @throws CacheOptionsError where it cannot be told
 */
export function onlyApplication(where: string): Application | undefined {
  const [application, ...others] = running;
  if (others.length === 0 && (application !== undefined || !expected)) return application;
  throw new CacheOptionsError(
    'cache',
    application === undefined
      ? `${where} was called before the cache was made: inject CacheService where it is called, to be made later.`
      : `${where} was called on what no application has made, and there are several: let Nest make the instance.`,
  );
}

function called(name: string | undefined): string {
  return name === undefined ? 'without a name' : `"${name}"`;
}
