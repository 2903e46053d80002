import type { CallHandler, ExecutionContext, NestInterceptor, Type } from '@nestjs/common';
import * as nest from '@nestjs/common';
import type { ApplicationConfig, ModuleRef } from '@nestjs/core';
import { lastValueFrom, of } from 'rxjs';
import { CacheOptionsError } from '../cache-errors.js';
import type { AnyHandlerOptions } from './decorated.js';
import { INTERCEPTORS_METADATA } from './nest-metadata.js';

/** `ClassSerializerInterceptor`, `StandardSchemaSerializerInterceptor` and their subclasses. */
interface SerializerInterceptor extends NestInterceptor {
  serialize(value: unknown, ...rest: unknown[]): unknown;
}

/** A handler whose answers are stored. */
export interface CachedHandler {
  readonly type: { readonly name: string } & object;
  readonly method: { readonly name: string } & object;
  readonly aside: AnyHandlerOptions;
  readonly module: ModuleRef;
  readonly config: ApplicationConfig;
}

type Declared = NestInterceptor | Type<NestInterceptor>;

/** Values that have already been serialised. */
const serialised = new WeakSet<object>();
/** The original `serialize` of each patched serializer. */
const taught = new WeakMap<SerializerInterceptor, unknown>();

/**
 * The serializer interceptors around a handler, applied before a value is stored.
 *
 * Nest runs global interceptors outside those of a class, and these outside a method's. A
 * serializer would therefore see the answer after the cache: fields hidden by `@Exclude()` would be
 * stored, and a hit, which is plain JSON, would expose them. So the serializers are applied here,
 * innermost first, and patched to skip values that are already serialised.
 */
export class Serializers {
  private constructor(private readonly inOrder: readonly NestInterceptor[]) {}

  /**
   * @throws CacheOptionsError when one is request-scoped, or may depend on the caller while the
   *   handler has no `vary`
   */
  static around({ type, method, aside, module, config }: CachedHandler): Serializers {
    const where = `${type.name}.${method.name}`;
    if (
      config
        .getGlobalRequestInterceptors()
        .some(({ metatype }) => isSerializer(prototypeOf(metatype)))
    ) {
      throw refused(where);
    }
    const outside: readonly Declared[] = [...config.getGlobalInterceptors(), ...declaredOn(type)];
    const own = declaredOn(method);
    const resolve = (declared: readonly Declared[]): SerializerInterceptor[] =>
      declared
        .filter((one) => isSerializer(typeof one === 'function' ? prototypeOf(one) : one))
        .map((one) => (typeof one === 'function' ? instanceOf(one, module, where) : one))
        .filter(isSerializer);
    if (aside.vary === undefined) {
      const custom = resolve([...outside, ...own]).find((one) => !isStock(one));
      if (custom !== undefined) throw dependsOnCaller(where, custom);
    }
    const found = resolve([...outside, ...outsideOfUs(own)]);
    found.forEach(teach);
    return new Serializers(found.reverse());
  }

  /** Whether there are none, so that answers reach the server unchanged. */
  get areNone(): boolean {
    return this.inOrder.length === 0;
  }

  /** The value as the serializers would send it. */
  async apply(value: unknown, context: ExecutionContext): Promise<unknown> {
    let result = value;
    for (const serializer of this.inOrder) {
      const before = result;
      const next: CallHandler = { handle: () => of(before) };
      result = (await lastValueFrom(await serializer.intercept(context, next))) as unknown; // declared `any`
    }
    return result;
  }

  /** Marks a value as serialised. */
  done(value: unknown): unknown {
    if (!this.areNone && typeof value === 'object' && value !== null) {
      serialised.add(value);
    }
    return value;
  }
}

/** Makes a serializer skip serialised values: serialising twice may give another result. */
function teach(serializer: SerializerInterceptor): void {
  if (taught.has(serializer)) return;
  taught.set(serializer, Reflect.get(serializer, 'serialize'));
  const serialize = serializer.serialize.bind(serializer);
  serializer.serialize = (value, ...rest) =>
    typeof value === 'object' && value !== null && serialised.has(value)
      ? value
      : serialize(value, ...rest);
}

function declaredOn(target: object): readonly Declared[] {
  // Written by `@UseInterceptors`.
  return (Reflect.getMetadata(INTERCEPTORS_METADATA, target) ?? []) as readonly Declared[];
}

/** A method's serializers inside this library's interceptor have already run. */
function outsideOfUs(declared: readonly Declared[]): readonly Declared[] {
  const ours = declared.findIndex((one) => typeof one === 'function' && IS_CACHE in one);
  return ours === -1 ? declared : declared.slice(0, ours);
}

/** Marks this library's interceptor, which this file must not import. */
export const IS_CACHE: unique symbol = Symbol('IS_CACHE');

function prototypeOf(type: unknown): unknown {
  return typeof type === 'function' ? (type.prototype as unknown) : undefined;
}

function isSerializer(candidate: unknown): candidate is SerializerInterceptor {
  if (typeof candidate !== 'object' || candidate === null) return false;
  const { serialize, intercept } = candidate as Partial<Record<string, unknown>>; // of whatever fields
  return typeof serialize === 'function' && typeof intercept === 'function';
}

/**
 * Whether it is one of Nest's own, whose result depends on the value and the handler alone. The
 * application's own may depend on the request or its context.
 */
function isStock(serializer: SerializerInterceptor): boolean {
  return STOCK.some(
    (stock) =>
      serializer instanceof stock &&
      Object.getOwnPropertyNames(stock.prototype).every(
        (name) =>
          name === 'constructor' ||
          written(serializer, name) === Reflect.get(stock.prototype, name),
      ),
  );
}

function written(serializer: SerializerInterceptor, name: string): unknown {
  const original = name === 'serialize' ? taught.get(serializer) : undefined;
  return original ?? Reflect.get(serializer, name);
}

/** Nest 10 and 11 have only the first, so the second must not be a named import. */
const STOCK = ['ClassSerializerInterceptor', 'StandardSchemaSerializerInterceptor'].flatMap(
  // What it exports under such a name is a class.
  (name) => (Reflect.get(nest, name) as Type<NestInterceptor> | undefined) ?? [],
);

function instanceOf(
  type: Type<NestInterceptor>,
  module: ModuleRef,
  where: string,
): NestInterceptor {
  try {
    return module.get(type, { strict: true });
  } catch (cause) {
    throw refused(where, cause);
  }
}

function refused(where: string, cause?: unknown): CacheOptionsError {
  const error = new CacheOptionsError(
    'scope',
    `${where} is cached, so its serializer interceptors must not be request-scoped.`,
  );
  error.cause = cause;
  return error;
}

function dependsOnCaller(where: string, { constructor }: object): CacheOptionsError {
  return new CacheOptionsError(
    'vary',
    `${where} is cached, and ${constructor.name} may serialise it differently for each caller: give @CacheAside the option vary, such as (context) => the caller's role, or () => [] if it serialises alike for all.`,
  );
}
