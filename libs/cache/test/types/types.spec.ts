import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import { root } from '../../../../test/laws/repository-files.js';

const BEGIN = `
import { CacheAside, CacheInvalidate, CacheModule, CacheService, cacheKey, createCache, richJson } from '@gad/cache';
import { createCache as engineCache } from '@gad/cache/engine';
import { inTransaction, invalidateAfterCommit } from '@gad/cache/transactions';
import type { JsonOf } from '@gad/cache';
import type { Words } from '@gad/cache/store';
class User { constructor(readonly id: number, readonly at: Date) {} greet(): string { return ''; } }
interface Product { readonly id: number; readonly name?: string; readonly parts: Product[] }
declare const cache: CacheService;
declare const kept: CacheService<'kept'>;
declare const products: () => Promise<Product[]>;
void [CacheAside, CacheInvalidate, CacheModule, cacheKey, createCache, richJson, engineCache, inTransaction, invalidateAfterCommit, cache, kept, products, User];
export type Used = [JsonOf<Product>, Words];
`;

/** What compiles. */
const RIGHT: Readonly<Record<string, string>> = {
  'JSON types are themselves':
    'export const a: Promise<Product[]> = cache.getOrSet("k", products);',
  'a Date is a string': 'export const a: Promise<string> = cache.getOrSet("k", () => new Date());',
  'a literal keeps its type':
    'export const a: Promise<{ kind: "a" | "b" }> = cache.getOrSet("k", () => ({ kind: "a" }));',
  'a stated type is believed where JSON keeps it':
    'export const a: Promise<Product> = cache.getOrSet<Product>("k", async () => ({ id: 1, parts: [] }));',
  'as makes instances':
    'export const a: Promise<User> = cache.getOrSet("k", () => new User(1, new Date()), { as: User });',
  'as makes a list of them':
    'export const a: Promise<User[]> = cache.getOrSet("k", () => [{ id: 1 }], { as: User });',
  'as keeps null':
    'export const a: Promise<User | null> = cache.getOrSet("k", async () => null as User | null, { as: User });',
  'a function gets what was stored':
    'export const a: Promise<Date> = cache.getOrSet("k", () => new Date(), { as: (stored: string) => new Date(stored.toUpperCase()) });',
  'get with a class': 'export const a: Promise<User | undefined> = cache.get("k", { as: User });',
  'get believes the caller':
    'export const a: Promise<Product | undefined> = cache.get<Product>("k");',
  'a serializer keeps types':
    'export const a: Promise<Date> = kept.getOrSet("k", () => new Date());',
  'createCache with a serializer':
    'export const a: Promise<Date> = engineCache({ serializer: richJson }).getOrSet("k", () => new Date());',
  'an unknown value stays unknown':
    'export const a: Promise<unknown> = cache.getOrSet("k", (): unknown => 1);',
  'a generic value has the members of its constraint':
    'export async function a<T extends { id: number }>(load: () => T) { return (await cache.getOrSet("k", load)).id; }',
  'an Error among many stays one':
    'export const a: Promise<(string | RangeError | undefined)[]> = cache.getOrSetMany([1], String, () => ["a", new RangeError()]);',
  'a method with as':
    'export class A { @CacheAside({ key: (id: number) => `k:${id}`, as: User }) async one(id: number): Promise<User> { return new User(id, new Date()); } }',
  transactions:
    'export const a = inTransaction(async (body: () => Promise<number>) => body(), () => 1);',
};

/** What does not, and what the compiler says. */
const WRONG: Readonly<Record<string, readonly [code: string, says: RegExp]>> = {
  'a text of the doctor without its Spanish': [
    'export const a: Words = { en: "It answers." };',
    /Property 'es' is missing/,
  ],
  'a Date that JSON has made a string': [
    'export const a: Promise<Date> = cache.getOrSet("k", () => new Date());',
    /Type 'string' is not assignable to type 'Date'/,
  ],
  'a method of a lost class': [
    'export const a = async () => (await cache.getOrSet("k", () => new User(1, new Date()))).greet();',
    /Property 'greet' does not exist on type/,
  ],
  'another class than the loader’s is what as makes': [
    'export const a: Promise<Date> = cache.getOrSet("k", () => 1, { as: User });',
    /Type 'Promise<User>' is not assignable to type 'Promise<Date>'/,
  ],
  'a misspelt option': [
    'export const a = cache.getOrSet("k", () => 1, { TTL: 60 });',
    /'TTL' does not exist in type 'GetOrSetOptions'/,
  ],
  'as that is no class': [
    'export const a = cache.getOrSet("k", () => 1, { as: 7 });',
    /Type 'number' is not assignable to type 'As<number>'/,
  ],
  'a ttl of text': [
    'export const a = cache.getOrSet("k", () => 1, { ttl: "60" });',
    /Type 'string' is not assignable to type 'number'/,
  ],
  'a key of other arguments': [
    'export class A { @CacheAside({ key: (id: number) => `k:${id}` }) async one(id: string): Promise<string> { return id; } }',
    /key takes other arguments than the method/,
  ],
  'as that makes something else than the method returns': [
    'export class A { @CacheAside({ key: () => "k", as: Date }) async one(): Promise<User> { return new User(1, new Date()); } }',
    /as makes something else than the method returns/,
  ],
  'patterns of other arguments': [
    'export class A { @CacheInvalidate<[number]>(([id]) => `k:${id.toFixed()}`) async one(id: string): Promise<string> { return id; } }',
    /the patterns are made of other arguments than the method has/,
  ],
  'as on a handler': [
    'export class A { @CacheAside({ scope: "shared", key: () => cacheKey`k`, as: User }) async one(): Promise<number> { return 1; } }',
    /'as' does not exist in type/,
  ],
  'a handler’s key that is no cacheKey': [
    'export class A { @CacheAside({ scope: "shared", key: () => "k" }) async one(): Promise<number> { return 1; } }',
    /Type 'string' is not assignable to type '?CacheKey/,
  ],
  'an option of a read for the module': [
    'export const a = CacheModule.forRoot({ prefix: "a:", ttl: 60 });',
    /'ttl' does not exist in type/,
  ],
  'a name of no method for transactions': [
    'invalidateAfterCommit({ begin: async () => 1 }, "commit");',
    /'begin' does not exist in type 'Readonly<Record<"commit"/,
  ],
};

describe('The types of the cache', () => {
  const says = compile({
    ...RIGHT,
    ...Object.fromEntries(Object.entries(WRONG).map(([title, [code]]) => [title, code])),
  });

  it.each(Object.keys(RIGHT))('the compiler accepts: %s', (title) => {
    expect(says(title)).toBe('');
  });

  it.each(Object.entries(WRONG))(
    'the compiler refuses with a sentence: %s',
    (title, [, sentence]) => {
      expect(says(title)).toMatch(sentence);
    },
  );
});

/** Compiles each text as a module of its own; what the compiler says of each. */
function compile(texts: Readonly<Record<string, string>>): (title: string) => string {
  const path = join(root, 'tsconfig.json');
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(path, ts.sys.readFile).config,
    ts.sys,
    root,
  );
  const folder = join(root, 'libs/cache/test/types');
  const files = new Map(
    Object.values(texts).map((text, at) => [join(folder, `case-${at}.ts`), BEGIN + text]),
  );
  const names = [...files.keys()];
  const settings = { ...options, noEmit: true, incremental: false, noUnusedLocals: false };
  const host = ts.createCompilerHost(settings);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (name) => files.has(name) || fileExists(name);
  host.readFile = (name) => files.get(name) ?? readFile(name);
  host.getSourceFile = (name, ...rest) => {
    const text = files.get(name);
    return text === undefined
      ? getSourceFile(name, ...rest)
      : ts.createSourceFile(name, text, ts.ScriptTarget.ES2022);
  };
  const program = ts.createProgram(names, settings, host);
  const titles = Object.keys(texts);
  return (title) => {
    const source = program.getSourceFile(names[titles.indexOf(title)] ?? '');
    return ts
      .getPreEmitDiagnostics(program, source)
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))
      .join('\n');
  };
}
