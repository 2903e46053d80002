import type { CallHandler, ExecutionContext, NestInterceptor, Type } from '@nestjs/common';
import { ClassSerializerInterceptor, StandardSchemaSerializerInterceptor } from '@nestjs/common';
import { INTERCEPTORS_METADATA } from '@nestjs/common/internal';
import type { ApplicationConfig, ModuleRef } from '@nestjs/core';
import { lastValueFrom, of } from 'rxjs';
import { CacheOptionsError } from '../cache-errors.js';
import type { AnyHandlerOptions } from './decorated.js';

/** `ClassSerializerInterceptor`, `StandardSchemaSerializerInterceptor` and what extends them. */
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

/** What serializers have already been applied to. */
const serialised = new WeakSet<object>();
/** What `serialize` of a serializer was before it was taught. */
const taught = new WeakMap<SerializerInterceptor, unknown>();

/**
 * The serializer interceptors around a handler, applied before a value is stored.
 *
 * Nest runs global interceptors outside of those of a class, and these outside of a method's. A
 * serializer therefore sees a handler's answer after this library has: what `@Exclude()` is to hide
 * would be stored, and a hit, which is plain JSON, would show it. So the serializers are applied
 * here, innermost first, and learn to leave alone what they have been applied to.
 */
export class Serializers {
  private constructor(private readonly inOrder: readonly NestInterceptor[]) {}

  /**
   * @throws CacheOptionsError when one is request-scoped, so that it cannot be had here, or may
   *   depend on who asks, and the handler does not say how
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

  /** Whether there is none: what is answered reaches the server as it is. */
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

  /** Says that the serializers have nothing left to do on a value. */
  done(value: unknown): unknown {
    if (!this.areNone && typeof value === 'object' && value !== null) {
      serialised.add(value);
    }
    return value;
  }
}

/** Their work is not always the same when done twice: a transformation of theirs may not be. */
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
  // `@UseInterceptors` writes there.
  return (Reflect.getMetadata(INTERCEPTORS_METADATA, target) ?? []) as readonly Declared[];
}

/** A method's serializers inside of this library's interceptor have done their work already. */
function outsideOfUs(declared: readonly Declared[]): readonly Declared[] {
  const ours = declared.findIndex((one) => typeof one === 'function' && IS_CACHE in one);
  return ours === -1 ? declared : declared.slice(0, ours);
}

/** Marks this library's own interceptor, which this file must not import. */
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
 * Whether it is one of Nest's own, which serialise by the value and the handler alone. One of the
 * application's may look at the request, or at what surrounds it.
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

const STOCK = [ClassSerializerInterceptor, StandardSchemaSerializerInterceptor];

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
