/** What JSON keeps as it is. */
type Json =
  | string
  | number
  | boolean
  | null
  | undefined
  | readonly Json[]
  | { readonly [name: string]: Json };

/** What JSON leaves out of an object, and makes `null` in a list. */
type Dropped = ((...args: never) => unknown) | symbol;

/** Objects that have no members of their own. */
type Empty =
  ReadonlyMap<unknown, unknown> | ReadonlySet<unknown> | RegExp | Error | Promise<unknown>;

type IsDropped<T> = [T] extends [never]
  ? false
  : [T] extends [Dropped]
    ? 0 extends 1 & T
      ? false
      : true
    : false;

/**
 * What a value of type `T` is after it was stored as JSON: a `Date` is a `string`, a `Map` or `Set` an
 * empty object, functions are gone, `toJSON` has its way. A type that JSON keeps is itself, as are
 * `any`, `unknown`, and what JSON cannot store and the cache hands on (`bigint`, functions).
 */
export type JsonOf<T> = 0 extends 1 & T
  ? T
  : unknown extends T
    ? T
    : T extends Json | bigint | Dropped
      ? T
      : T extends { toJSON(...args: never): infer Made }
        ? JsonOf<Made>
        : T extends Empty
          ? object
          : T extends readonly unknown[]
            ? { [K in keyof T]: IsDropped<T[K]> extends true ? null : JsonOf<T[K]> }
            : T extends ArrayBufferView
              ? Readonly<Record<number, number>>
              : {
                  [
                    K in keyof T as K extends symbol
                      ? never
                      : IsDropped<T[K]> extends true
                        ? never
                        : K
                  ]: JsonOf<T[K]>;
                };
