import type { CallHandler, ExecutionContext, NestInterceptor, Type } from '@nestjs/common';
import { INTERCEPTORS_METADATA } from '@nestjs/common/internal';
import type { ApplicationConfig, ModuleRef } from '@nestjs/core';
import { lastValueFrom, of } from 'rxjs';
import { CacheOptionsError } from '../cache-errors.js';

/** `ClassSerializerInterceptor`, `StandardSchemaSerializerInterceptor` and what extends them. */
interface SerializerInterceptor extends NestInterceptor {
  serialize(value: unknown, ...rest: unknown[]): unknown;
}

type Declared = NestInterceptor | Type<NestInterceptor>;

/** What serializers have already been applied to. */
const serialised = new WeakSet<object>();
const taught = new WeakSet<SerializerInterceptor>();

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

  /** @throws CacheOptionsError when one is request-scoped: it cannot be had here */
  static around(
    context: ExecutionContext,
    module: ModuleRef,
    config: ApplicationConfig,
  ): Serializers {
    if (
      config
        .getGlobalRequestInterceptors()
        .some(({ metatype }) => isSerializer(prototypeOf(metatype)))
    ) {
      throw refused(context);
    }
    const declared: readonly Declared[] = [
      ...config.getGlobalInterceptors(),
      ...declaredOn(context.getClass()),
      ...outsideOfUs(declaredOn(context.getHandler())),
    ];
    const found = declared
      .filter((one) => isSerializer(typeof one === 'function' ? prototypeOf(one) : one))
      .map((one) => (typeof one === 'function' ? instanceOf(one, module, context) : one))
      .filter(isSerializer);
    found.forEach(teach);
    return new Serializers(found.reverse());
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
    if (this.inOrder.length > 0 && typeof value === 'object' && value !== null) {
      serialised.add(value);
    }
    return value;
  }
}

/** Their work is not always the same when done twice: a transformation of theirs may not be. */
function teach(serializer: SerializerInterceptor): void {
  if (taught.has(serializer)) return;
  taught.add(serializer);
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

function instanceOf(
  type: Type<NestInterceptor>,
  module: ModuleRef,
  context: ExecutionContext,
): NestInterceptor {
  try {
    return module.get(type, { strict: true });
  } catch (cause) {
    throw refused(context, cause);
  }
}

function refused(context: ExecutionContext, cause?: unknown): CacheOptionsError {
  const error = new CacheOptionsError(
    'scope',
    `${context.getClass().name}.${context.getHandler().name} is cached, so its serializer interceptors must not be request-scoped.`,
  );
  error.cause = cause;
  return error;
}
