import { Readable } from 'node:stream';
import { HttpException, NotFoundException, StreamableFile } from '@nestjs/common';
import * as fc from 'fast-check';
import { EMPTY, of, throwError } from 'rxjs';

/** Response of either server, as far as the answers use it. */
export interface AnyResponse {
  status(code: number): unknown;
  header(name: string, value: string | string[]): unknown;
  removeHeader(name: string): unknown;
  readonly raw?: { statusMessage: string };
  statusMessage?: string;
}

/** Something that a handler may do, the same each time; its name says what. */
export interface Deed<T> {
  readonly name: string;
  readonly make: () => T;
}

/** What a handler does: to the response, then how it hands over what body. */
export interface AnyAnswer {
  readonly touches: readonly Deed<(response: AnyResponse) => void>[];
  readonly body: Deed<unknown>;
  readonly way: keyof typeof WAYS;
}

class Instance {
  readonly visible = 1;
  readonly #hidden = 2;
  get computed(): number {
    return this.#hidden;
  }
}

class Decimal {
  constructor(private readonly text: string) {}
  toJSON(): string {
    return this.text;
  }
}

const deed = <T>(name: string, make: () => T): Deed<T> => ({ name, make });

/** Bodies that are the same in JSON and are not the same in an answer, and others that are odd. */
const ODD_BODIES: readonly Deed<unknown>[] = [
  ...[undefined, NaN, Infinity, -0, 10n, Symbol('s'), () => 1].map((one) =>
    deed(String(one), () => one),
  ),
  deed('a Date', () => new Date(0)),
  deed('an invalid Date', () => new Date(NaN)),
  deed('a URL', () => new URL('http://a.example/<b>')),
  deed('a decimal', () => new Decimal('1.50')),
  ...[new String('text'), new Number(1), new Boolean(false), Object(1n)].map((one: unknown) =>
    deed(`a boxed ${typeof (one as object).valueOf()}`, () => one),
  ),
  deed('an instance', () => new Instance()),
  deed('an object without a prototype', () =>
    Object.assign(Object.create(null) as object, { a: 1 }),
  ),
  deed('an own __proto__', () => JSON.parse('{"__proto__":{"a":1},"b":2}') as unknown),
  deed('a Map', () => new Map([['a', 1]])),
  deed('a Set', () => new Set([1])),
  deed('a RegExp', () => /a/),
  deed('nested', () => ({ at: new Date(0), un: undefined, nan: NaN, list: [undefined, () => 1] })),
  deed('a nested bigint', () => ({ id: 10n })),
  deed('half a character', () => ({ text: '\ud800', more: '<\u2028>' })),
  deed('integers as names', () => ({ b: 1, 2: 1, 1: 1, '-1': 1, 4294967295: 1 })),
  deed('a cycle', () => {
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    return cycle;
  }),
  deed('a toJSON that fails', () => ({
    toJSON: () => {
      throw new Error('no');
    },
  })),
  deed('a list with a toJSON', () => Object.assign([1, 2], { toJSON: () => ({ list: true }) })),
  deed('a Buffer', () => Buffer.from('<b>')),
  deed('a typed array', () => new Uint16Array([1, 2])),
  deed('an ArrayBuffer', () => new ArrayBuffer(2)),
  deed('a nested Buffer', () => ({ data: Buffer.from('b') })),
  deed('a file', () => new StreamableFile(Buffer.from('file'))),
  deed('a stream', () => Readable.from(['a', 'b'])),
  deed('a web response', () => new Response('web', { status: 202, headers: { 'x-web': '1' } })),
  deed('a generator', async function* () {
    yield* ['a', 'b'];
  }),
  deed('an Error', () => Object.assign(new Error('secret'), { code: 'E', statusCode: 418 })),
  deed('an HttpException', () => new NotFoundException('nothing here')),
  deed('an HttpException with a body', () => new HttpException({ own: 'body' }, 409)),
  deed('an error of another realm', () => Object.assign(new DOMException('no'), { status: 404 })),
];

/** An object that JSON takes for something else. */
const disguised = (inner: fc.Arbitrary<Deed<unknown>>): fc.Arbitrary<Deed<unknown>> =>
  inner.map(({ name, make }) => deed(`toJSON of ${name}`, () => ({ toJSON: make })));

const json = fc.jsonValue({ maxDepth: 2 }).map((value) => deed(JSON.stringify(value), () => value));
const odd = fc.constantFrom(...ODD_BODIES);

/** How a body, or an error, reaches Nest. */
const WAYS = {
  returned: (make: () => unknown) => make(),
  promised: (make: () => unknown) => Promise.resolve().then(make),
  emitted: (make: () => unknown) => of(make()),
  'the last of several': (make: () => unknown) => of({ first: 1 }, make()),
  'never emitted': () => EMPTY,
  thrown: (make: () => unknown): never => {
    throw make();
  },
  rejected: (make: () => unknown) =>
    Promise.resolve().then(() => {
      throw make();
    }),
  'emitted as an error': (make: () => unknown) => throwError(make),
};

const SET_HEADERS: readonly (readonly [string, string | string[]])[] = [
  ['x-declared', 'one'],
  ['X-Declared', 'two'],
  ['x-declared', ['one', 'two']],
  ['x-declared', 'one, two'],
  ['x-undeclared', '1'],
  ['x-base', 'changed'],
  ['x-base', 'base'],
  ['vary', ['a', 'b']],
  ['set-cookie', 'own=1'],
  ['set-cookie', ['own=1', 'more=2']],
  ['cache-control', 'no-store'],
  ['cache-control', 'max-age=1'],
  ['content-type', 'text/plain'],
  ['content-type', 'application/vnd.own+json'],
  ['content-type', 'text/html; charset=utf-8'],
];

const TOUCHES: readonly Deed<(response: AnyResponse) => void>[] = [
  ...[200, 202, 204, 206, 304, 404].map((code) =>
    deed(`status ${String(code)}`, () => (response: AnyResponse) => void response.status(code)),
  ),
  deed('the text of the status', () => (response) => {
    (response.raw ?? response).statusMessage = 'Fine';
  }),
  ...SET_HEADERS.map(([name, value]) =>
    deed(`${name}: ${JSON.stringify(value)}`, () => (response: AnyResponse) => {
      response.header(name, value);
    }),
  ),
  ...['x-base', 'x-declared', 'vary', 'set-cookie', 'x-powered-by', 'x-absent'].map((name) =>
    deed(`without ${name}`, () => (response: AnyResponse) => void response.removeHeader(name)),
  ),
];

const touch = fc.constantFrom(...TOUCHES);

/** Anything that a handler may answer. */
export const anyAnswer: fc.Arbitrary<AnyAnswer> = fc.record({
  touches: fc.oneof(
    { weight: 2, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(touch, { minLength: 1, maxLength: 3 }) },
  ),
  body: fc.oneof(json, odd, odd, disguised(fc.oneof(json, odd))),
  way: fc.oneof(
    { weight: 3, arbitrary: fc.constant<keyof typeof WAYS>('returned') },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        ...(Object.keys(WAYS) as (keyof typeof WAYS)[]), // its own names
      ),
    },
  ),
});

/** Answers as `answer` says, each time anew. */
export function give({ touches, body, way }: AnyAnswer, response: AnyResponse): unknown {
  for (const { make } of touches) make()(response);
  return WAYS[way](body.make);
}

/** For the report of a counterexample. */
export function described({ touches, body, way }: AnyAnswer): string {
  return [...touches, body].map(({ name }) => name).join(', ') + ` (${way})`;
}
