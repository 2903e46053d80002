import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import { root } from './laws/repository-files.js';

/** A front door that can be kept stable: what an application needs, and no more. */
const MOST_NAMES = 55;

/** From what a user writes to the file behind it. */
const DOORS: Readonly<Record<string, string>> = {
  '@gad/cache': 'libs/cache/src/index.ts',
  '@gad/cache/engine': 'libs/cache/src/engine.ts',
  '@gad/cache/store': 'libs/cache/src/store.ts',
  '@gad/cache/transactions': 'libs/cache/src/transactions.ts',
  '@gad/cache/testing': 'libs/cache/src/testing/index.ts',
  '@gad/cache-postgres': 'libs/cache-postgres/src/index.ts',
};

const read = (path: string): string => readFileSync(join(root, path), 'utf8');

describe('the doors of the cache library', () => {
  it.each(['libs/cache/src/index.ts', 'libs/cache/src/engine.ts'])(
    `the doors of the cache library show at most ${MOST_NAMES} names to applications: %s`,
    (door) => {
      const names = namesOf(door);
      expect(names.length).toBeGreaterThan(20);
      expect(names.length).toBeLessThanOrEqual(MOST_NAMES);
    },
  );

  it('the doors of the cache library show no name twice, but for the engine’s, which Nest’s users and authors of stores need too', () => {
    const { '@gad/cache/engine': engine = '', ...others } = DOORS;
    const names = Object.values(others).flatMap(namesOf);
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
    // The engine's door names the same things, not others of the same name.
    const origins = Object.values(others).flatMap(originsOf);
    const shared = originsOf(engine).filter((origin) => names.includes(nameIn(origin)));
    expect(shared.filter((origin) => !origins.includes(origin))).toEqual([]);
    expect(shared.length).toBeGreaterThan(10);
  });

  it('the doors of the cache library are the same for the package, the compiler, the tests and the loader', () => {
    const published = ['cache', 'cache-postgres'].flatMap(doorsOf).flatMap(({ name, door, at }) => {
      if (typeof door === 'string') return [];
      const code = door['import']?.default ?? '';
      const source = code.replace('./dist/', `libs/${at}/src/`).replace(/\.js$/, '.ts');
      const built = (file: string): object => ({
        types: file.replace(/\.js$/, '.d.ts'),
        default: file,
      });
      const esm = built(code);
      // Node takes `module-sync` for `require` too: one program has one copy.
      expect(Object.entries(door)).toEqual([
        ['module-sync', esm],
        ['import', esm],
        ['require', built(code.replace('./dist/', './dist/cjs/'))],
        ['default', esm],
      ]);
      return [[name, source]];
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
    const loader = read('tools/typescript-sources.mjs');
    for (const [name, file] of Object.entries(DOORS)) {
      expect(jest).toContain(`'^${name}$': '<rootDir>/${file}'`);
      expect(loader).toContain(`'${name}': source('${file}')`);
    }
  });
});

/** What a library's manifest exports, by the names that users write. */
function doorsOf(at: string) {
  const { exports } = JSON.parse(read(`libs/${at}/package.json`)) as {
    exports: Record<string, string | Record<string, { types: string; default: string }>>;
  };
  return Object.entries(exports).map(([path, door]) => ({
    name: `@gad/${at}${path.slice(1)}`,
    door,
    at,
  }));
}

function namesOf(path: string): string[] {
  return originsOf(path).map(nameIn);
}

const nameIn = (origin: string): string => origin.split(' ')[0] ?? '';

/** What a file of `export { … } from` statements exports, each as `name from file`. */
function originsOf(path: string): string[] {
  const source = ts.createSourceFile(path, read(path), ts.ScriptTarget.Latest);
  return source.statements.flatMap((statement) => {
    if (!ts.isExportDeclaration(statement)) return [];
    const { exportClause, moduleSpecifier } = statement;
    if (exportClause === undefined || !ts.isNamedExports(exportClause)) return [];
    const file = join(path, '..', moduleSpecifier?.getText(source).slice(1, -1) ?? '');
    return exportClause.elements.map(({ name }) => `${name.text} from ${file}`);
  });
}
