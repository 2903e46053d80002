import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import { root } from './laws/repository-files.js';

/** A front door that can be kept stable: what an application needs, and no more. */
const MOST_NAMES = 50;

/** From what a user writes to the file behind it. */
const DOORS: Readonly<Record<string, string>> = {
  '@gad/cache': 'libs/cache/src/index.ts',
  '@gad/cache/store': 'libs/cache/src/store.ts',
  '@gad/cache/testing': 'libs/cache/src/testing/index.ts',
};

const read = (path: string): string => readFileSync(join(root, path), 'utf8');

describe('the doors of the cache library', () => {
  it(`show at most ${MOST_NAMES} names at the front`, () => {
    const names = namesOf('libs/cache/src/index.ts');
    expect(names.length).toBeGreaterThan(20);
    expect(names.length).toBeLessThanOrEqual(MOST_NAMES);
  });

  it('the doors of the cache library show no name twice', () => {
    const names = Object.values(DOORS).flatMap(namesOf);
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
  });

  it('the doors of the cache library are the same for the package, the compiler, the tests and the loader', () => {
    const { exports } = JSON.parse(read('libs/cache/package.json')) as {
      exports: Record<string, { types: string; import: string }>;
    };
    const published = Object.entries(exports).map(([path, { types, import: code }]) => {
      const source = code.replace('./dist/', 'libs/cache/src/').replace(/\.js$/, '.ts');
      expect(types).toBe(code.replace(/\.js$/, '.d.ts'));
      return [`@gad/cache${path.slice(1)}`, source];
    });
    expect(Object.fromEntries(published)).toEqual(DOORS);

    const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile) as {
      config: { compilerOptions: { paths: Record<string, string[]> } };
    };
    const paths = Object.entries(config.compilerOptions.paths);
    expect(Object.fromEntries(paths.map(([name, [file = '']]) => [name, file.slice(2)]))).toEqual(
      DOORS,
    );

    const jest = read('jest.config.js');
    const loader = read('tools/typescript-hooks.mjs');
    for (const [name, file] of Object.entries(DOORS)) {
      expect(jest).toContain(`'^${name}$': '<rootDir>/${file}'`);
      expect(loader).toContain(`'${name}': new URL('${file}', root).href`);
    }
  });
});

/** What a file of `export { … } from` statements exports. */
function namesOf(path: string): string[] {
  const source = ts.createSourceFile(path, read(path), ts.ScriptTarget.Latest);
  return source.statements.flatMap((statement) => {
    if (!ts.isExportDeclaration(statement)) return [];
    const { exportClause } = statement;
    if (exportClause === undefined || !ts.isNamedExports(exportClause)) return [];
    return exportClause.elements.map(({ name }) => name.text);
  });
}
