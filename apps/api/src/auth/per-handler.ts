import type { ExecutionContext } from '@nestjs/common';

type Targets = [handler: ReturnType<ExecutionContext['getHandler']>, type: Class];
type Class = ReturnType<ExecutionContext['getClass']>;

/** What decorators say of a handler, read at its first request: they say the same at each. */
export class PerHandler<T> {
  /** By class and handler: classes may inherit one. */
  readonly #known = new Map<Class, Map<unknown, { readonly value: T }>>();

  constructor(private readonly read: (targets: Targets) => T) {}

  of(context: ExecutionContext): T {
    const [handler, type] = [context.getHandler(), context.getClass()];
    const known = this.#known.get(type)?.get(handler);
    if (known !== undefined) return known.value;
    const value = this.read([handler, type]);
    const ofType = this.#known.get(type) ?? new Map<unknown, { readonly value: T }>();
    this.#known.set(type, ofType.set(handler, { value }));
    return value;
  }
}
