import type { ClassConstructor } from 'class-transformer';
import { CacheOptionsError } from '../cache-errors.js';
import type { OptionKinds } from '../option-checks.js';
import { assertKnown, CHECKED, shown } from '../option-checks.js';
import type { JsonOf } from './json-of.js';

/** A class of which instances are made. */
export type ClassOf<Instance> = new (...args: never) => Instance;

/** A class, or a function that makes the value of what was stored. */
export type As<T = never> = ClassOf<unknown> | ((stored: JsonOf<NonNullable<T>>) => unknown);

/** What `as` makes of a `T`: of a class one instance, or one for each item of a list. */
export type MadeOf<T, A> =
  A extends ClassOf<infer Instance>
    ? T extends null | undefined
      ? T
      : T extends readonly unknown[]
        ? Instance[]
        : Instance
    : A extends (stored: never) => infer Made
      ? Made | Extract<T, null | undefined>
      : never;

/** What `as` makes of a value whose type nothing tells. */
export type Made<A> =
  A extends ClassOf<infer Instance>
    ? Instance
    : A extends (stored: never) => infer Value
      ? Value
      : never;

/**
 * What stored values keep: what JSON does (`json`), or whatever a serializer of the cache's own does
 * (`kept`).
 */
export type ValueFidelity = 'json' | 'kept';

/** The type of a `T` that was stored. */
export type Stored<T, Values extends ValueFidelity> = Values extends 'kept' ? T : JsonOf<T>;

/** Further option of reads. */
export interface ReadAs<A = As> {
  /**
   * Makes the value that a hit and a miss return: a class, whose instances `class-transformer` makes
   * (of a list one for each item), or a function of the stored value. `null` stays `null`. So
   * `@Exclude()` holds for what is returned; what is stored has every member of the loader's value.
   * Default: the stored value, which has no class.
   */
  readonly as: A;
}

/** Makes a value of what was stored. */
type Maker = (stored: unknown) => unknown;

const makers = new WeakMap<As, Maker>();

/**
 * What `as` makes of a value; `null` and `undefined` stay. With a class `class-transformer` makes
 * instances: `@Type` and `@Transform` count, `@Exclude` and `@Expose` do not, because the value was
 * stored under the names of its own members.
 *
 * @throws CacheOptionsError without `class-transformer`, or if the function returns nothing
 */
function makerOf(as: As | undefined): Maker | Promise<Maker> {
  if (typeof as !== 'function') {
    throw new CacheOptionsError('as', `as must be a class or a function, not ${shown(as)}.`);
  }
  const known = makers.get(as);
  if (known !== undefined) return known;
  if (!isClass(as)) return kept(as, (stored) => returned((as as Maker)(stored)));
  return loadTransformer().then(({ plainToInstance }) =>
    kept(as, (stored) =>
      plainToInstance(as as ClassConstructor<object>, stored, { ignoreDecorators: true }),
    ),
  );
}

/**
 * Loads what `as` needs, so that an application without it does not start.
 *
 * @throws CacheOptionsError a class is given without `class-transformer`
 */
export async function prepareAs(options: object): Promise<void> {
  const { as }: Partial<ReadAs> = options;
  if (as !== undefined) await makerOf(as);
}

function kept(as: As, make: Maker): Maker {
  const maker: Maker = (stored) =>
    stored === null || stored === undefined ? stored : make(stored);
  makers.set(as, maker);
  return maker;
}

/** A function that is meant as a class, such as one of ES5, returns nothing. */
function returned(made: unknown): unknown {
  if (made !== undefined) return made;
  throw new CacheOptionsError(
    'as',
    'as must return the value, or be a class; this function returned undefined.',
  );
}

function isClass(as: unknown): as is ClassOf<object> {
  return typeof as === 'function' && /^class\b/.test(Function.prototype.toString.call(as));
}

async function loadTransformer(): Promise<typeof import('class-transformer')> {
  try {
    return await import('class-transformer');
  } catch (cause) {
    const error = new CacheOptionsError(
      'as',
      'as needs the package class-transformer to make instances of a class: install it, or give a function that makes them.',
    );
    error.cause = cause;
    throw error;
  }
}

const OPTIONS: OptionKinds<ReadAs> = { as: CHECKED };

/**
 * Reads, and makes what the option `as` asks for.
 *
 * @param alone the kind of read, if it has no other options; its options are then checked here
 */
export async function made(
  options: Partial<ReadAs>,
  read: () => Promise<unknown>,
  alone?: string,
): Promise<unknown> {
  if (alone !== undefined) assertKnown(options, OPTIONS, alone);
  const make = await makerOf(options.as);
  return make(await read());
}

/** As {@link made}, for a value with its cache status. */
export async function entryMade<E extends { readonly value: unknown }>(
  options: Partial<ReadAs>,
  read: () => Promise<E>,
): Promise<E> {
  const make = await makerOf(options.as);
  const entry = await read();
  return { ...entry, value: make(entry.value) };
}

/** As {@link made}, for many values; an `Error` among them stays. */
export async function eachMade(
  options: Partial<ReadAs>,
  read: () => Promise<unknown[]>,
  alone?: string,
): Promise<unknown[]> {
  if (alone !== undefined) assertKnown(options, OPTIONS, alone);
  const make = await makerOf(options.as);
  return (await read()).map((value) => (value instanceof Error ? value : make(value)));
}

/** Whether options ask for it; they need not be checked yet. */
export function asksFor(options: object): boolean {
  return (Object(options) as Partial<ReadAs>).as !== undefined;
}
