import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import { resolveOptions } from '../libs/cache/src/cache-options.js';
import { resolveLocalOptions } from '../libs/cache/src/near-cache/near-cache-options.js';
import { optionsPage, readPage, withTable } from './docs/generated-page.js';
import { optionRows, optionTables, type OptionRow } from './docs/option-tables.js';
import { root } from './laws/repository-files.js';

/** The methods that users of the cache meet. */
const CLASSES = [
  ['libs/cache/src/engine/cache-engine.ts', 'CacheEngine'],
  ['libs/cache/src/cache.ts', 'Cache'],
  ['libs/cache/src/cache.service.ts', 'CacheService'],
] as const;

describe('the docstrings of the cache', () => {
  const methods = CLASSES.flatMap(([path, name]) =>
    shownOf(membersOf(path, name).filter(ts.isMethodDeclaration)),
  );

  it('have looked at the methods', () => {
    expect(methods.length).toBeGreaterThan(20);
  });

  it.each(methods.map((method) => [nameOf(method), method] as const))(
    '%s says its cost in store calls and its errors',
    (_, method) => {
      const text = docOf(method);
      expect(text).toMatch(/\bCost: \S/);
      expect(text).toMatch(/@throws \S|Never throws/);
    },
  );
});

/** Of overloads those that users see, which is all but the implementation. */
function shownOf(methods: readonly ts.MethodDeclaration[]): ts.MethodDeclaration[] {
  const isAlone = (method: ts.MethodDeclaration): boolean =>
    methods.filter((other) => nameOf(other) === nameOf(method)).length === 1;
  return methods.filter((method) => method.body === undefined || isAlone(method));
}

describe('the options of the cache', () => {
  const rows = optionRows();
  const titled = rows.map((row) => [`${row.of}.${row.name}`, row] as const);

  it('have been found in every interface', () => {
    expect(rows.length).toBeGreaterThan(60);
  });

  it.each(titled)('%s says its default and what it is for', (_, row) => {
    expect(row).toMatchObject({
      default: expect.stringMatching(/./),
      what: expect.stringMatching(/./),
    });
  });

  it('say their unit if they are numbers, except one that counts nothing', () => {
    const silent = titled.filter(([, { type, unit }]) => /\bnumber\b/.test(type) && unit === '');
    expect(silent.map(([title]) => title)).toEqual(['SentinelSettings.database']);
  });

  it.each([
    ['CacheModuleOptions', resolveOptions({})],
    ['LocalOptions', resolveLocalOptions({}) ?? {}],
    ['CompressionOptions', resolveOptions({ compression: {} }).compression ?? {}],
  ])('have the defaults in %s that their docstrings name', (of, resolved) => {
    const applied = new Map(Object.entries(resolved));
    const named = rows
      .filter((row) => row.of === of && isLiteral(row.default))
      .map((row): [string, unknown] => [row.name, valueOf(row.default)]);
    expect(named.length).toBeGreaterThan(1);
    expect(named).toEqual(named.map(([name]) => [name, plain(applied.get(name))]));
  });

  it('stand in the README as they are declared (npm run docs:options renews it)', async () => {
    const page = await readPage(optionsPage);
    expect(page).toBe(withTable(optionsPage, page, optionTables(rows)));
  });

  it.each<[string, Partial<OptionRow>]>([
    ['a name', { name: 'renamed' }],
    ['a type', { type: 'bigint' }],
    ['a unit', { unit: 'fortnights' }],
    ['a default', { default: '1' }],
    ['a sentence', { what: 'Does something else.' }],
  ])('make the README stale with %s', async (_, change) => {
    const page = await readPage(optionsPage);
    const changed = rows.map((row, at) => (at === 3 ? { ...row, ...change } : row));
    expect(withTable(optionsPage, page, optionTables(changed))).not.toBe(page);
  });
});

/** A number, with its unit or bounds behind it, or code. */
function isLiteral(text: string): boolean {
  return /^(?:\d|`)/.test(text);
}

/** What a documented default means in code: `64 MiB`, `10,000; at most …`, `` `lex` ``. */
function valueOf(text: string): unknown {
  const code = /^`(.+)`$/.exec(text)?.[1];
  if (code === undefined) {
    const [, digits = '', mebi] = /^([\d,]+)( MiB)?/.exec(text) ?? [];
    return Number(digits.replaceAll(',', '')) * (mebi === undefined ? 1 : 1024 * 1024);
  }
  const json = code.replace(/(\w+):(?= )/g, '"$1":').replaceAll("'", '"');
  return /^(?:\{|true|false)/.test(code) ? (JSON.parse(json) as unknown) : code;
}

/** A barrier without prefixes is none. */
function plain(applied: unknown): unknown {
  return Array.isArray(applied) ? applied.length > 0 : applied;
}

function membersOf(path: string, name: string): (ts.ClassElement | ts.TypeElement)[] {
  const text = readFileSync(join(root, path), 'utf8');
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found = source.statements.find(
    (statement): statement is ts.ClassDeclaration | ts.InterfaceDeclaration =>
      (ts.isClassDeclaration(statement) || ts.isInterfaceDeclaration(statement)) &&
      statement.name?.text === name,
  );
  if (found === undefined) throw new Error(`${path} declares no ${name}`);
  return [...found.members].filter(
    // Names in brackets are symbols of the library's own.
    ({ name: member }) => member !== undefined && ts.isIdentifier(member),
  );
}

function nameOf(member: ts.ClassElement | ts.TypeElement): string {
  return member.name?.getText() ?? '';
}

/** The text of a docstring as it is read: without stars. */
function docOf(node: ts.Node): string {
  const docs = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
  return docs.map((doc) => doc.getText().replace(/^\s*\* ?/gm, '')).join('\n');
}
