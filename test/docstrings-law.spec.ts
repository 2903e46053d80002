import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import { root } from './laws/repository-files.js';

/** The methods and the options that users of the cache meet. */
const CLASSES = [
  ['libs/cache/src/engine/cache-engine.ts', 'CacheEngine'],
  ['libs/cache/src/cache.ts', 'Cache'],
  ['libs/cache/src/cache.service.ts', 'CacheService'],
] as const;
const OPTIONS = [
  ['libs/cache/src/cache-options.ts', 'CacheModuleOptions'],
  ['libs/cache/src/cache-options.ts', 'CompressionOptions'],
  ['libs/cache/src/near-cache/near-cache-options.ts', 'LocalOptions'],
  ['libs/cache/src/values/get-or-set-options.ts', 'Lifetime'],
  ['libs/cache/src/values/get-or-set-options.ts', 'GetOrSetOptions'],
] as const;

/** Options whose name or type is a number's: the unit must be said. */
const UNIT = /millisecond|second|byte|entries|copies|share|factor/i;

describe('the docstrings of the cache', () => {
  const methods = CLASSES.flatMap(([path, name]) =>
    membersOf(path, name).filter(ts.isMethodDeclaration),
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

  it.each(OPTIONS)('%s: every option of %s says its default', (path, name) => {
    const silent = membersOf(path, name)
      .filter((member) => !/Default|compulsory|Required|without it|Left out/i.test(docOf(member)))
      .map(nameOf);
    expect(silent).toEqual([]);
  });

  it('name every option of the module in a row of the README', () => {
    const readme = readFileSync(join(root, 'libs/cache/README.md'), 'utf8');
    const rows = readme.split('\n').filter((line) => line.startsWith('| `'));
    const missing = membersOf('libs/cache/src/cache-options.ts', 'CacheModuleOptions')
      .map(nameOf)
      .filter((name) => !rows.some((row) => row.split(' | ')[0]?.includes(`\`${name}\``)));
    expect(missing).toEqual([]);
  });

  it.each(OPTIONS)('%s: every number of %s says its unit', (path, name) => {
    const silent = membersOf(path, name)
      .filter((member) => ts.isPropertySignature(member) && isNumber(member))
      .filter((member) => !UNIT.test(docOf(member)))
      .map(nameOf);
    expect(silent).toEqual([]);
  });
});

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

function isNumber(member: ts.PropertySignature): boolean {
  return /\bnumber\b/.test(member.type?.getText() ?? '');
}

function nameOf(member: ts.ClassElement | ts.TypeElement): string {
  return member.name?.getText() ?? '';
}

/** The text of a docstring as it is read: without stars. */
function docOf(node: ts.Node): string {
  const docs = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
  return docs.map((doc) => doc.getText().replace(/^\s*\* ?/gm, '')).join('\n');
}
