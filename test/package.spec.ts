import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile, execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { packLibrary, type Tarball } from '../tools/pack-library.mjs';
import { root } from './laws/repository-files.js';

const MOST_BYTES = 385_000;
/** A busy machine compiles the library slowly. */
const TIMEOUT_MS = 300_000;

/** What one entry of the package names: a file, or conditions that name files. */
type Target = string | { readonly [condition: string]: Target };

interface Manifest {
  readonly main: string;
  readonly types: string;
  readonly typesVersions: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  readonly exports: Readonly<Record<string, Target>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
}

let folder: string;
let tarball: Tarball;
/** A program's folder outside of the repository, with the package and what it needs without Nest. */
let program: string;
let manifest: Manifest;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gad-packed-'));
  tarball = packLibrary(join(folder, 'tarball'));
  program = join(folder, 'program');
  const modules = join(program, 'node_modules');
  mkdirSync(join(modules, '@gad'), { recursive: true });
  execFileSync('tar', ['-xzf', tarball.path, '-C', folder]);
  cpSync(join(folder, 'package'), join(modules, '@gad/cache'), { recursive: true });
  // npm's own file.
  manifest = JSON.parse(readFileSync(join(modules, '@gad/cache/package.json'), 'utf8')) as Manifest;
  for (const name of Object.keys(manifest.dependencies)) installed(name, modules);
}, TIMEOUT_MS);

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('the packed library', () => {
  it('the packed library has source files in both formats, three documents, and nothing else', () => {
    const sources = readdirSync(join(root, 'libs/cache/src'), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts') && !path.endsWith('.spec.ts'))
      .map((path) => path.replace(/\.ts$/, ''));
    const rest = ['package.json', 'README.md', 'CHANGELOG.md', 'LICENSE', 'dist/cjs/package.json'];
    expect(tarball.files).toEqual(expect.arrayContaining(rest));
    const built = tarball.files.filter((path) => !rest.includes(path));
    const [cjs, esm] = ['dist/cjs/', 'dist/'].map((folder) =>
      built
        .filter(
          (path) =>
            path.startsWith(folder) && path.startsWith('dist/cjs/') === (folder === 'dist/cjs/'),
        )
        .map((path) => path.slice(folder.length)),
    ) as [string[], string[]];
    expect(cjs.length).toBeGreaterThan(300);
    expect(esm.filter((path) => !cjs.includes(path))).toEqual([]);
    // Types that both formats share are there once.
    expect(cjs.filter((path) => path.endsWith('.js') && !esm.includes(path))).toEqual([]);
    const known = new Set(sources);
    const named = cjs.map((path) => path.replace(/(?:\.d\.ts|\.js)$/, ''));
    expect(named.filter((path) => !known.has(path))).toEqual([]);
  });

  it('every file of the packed library is one that a door leads to, and leads only to packed files', () => {
    const packed = new Set(tarball.files.filter((path) => /^dist\/.*\.(?:js|d\.ts)$/.test(path)));
    const reached = new Set<string>();
    const visit = (path: string): void => {
      if (reached.has(path)) return;
      reached.add(path);
      const text = readFileSync(join(program, 'node_modules/@gad/cache', path), 'utf8');
      for (const [, target = ''] of text.matchAll(
        /(?:from |import\(|require\()['"](\.[^'"]+)\.js['"]/g,
      )) {
        visit(join(dirname(path), target) + (path.endsWith('.d.ts') ? '.d.ts' : '.js'));
      }
    };
    Object.values(manifest.exports)
      .flatMap(filesOf)
      .filter((path) => /\.(?:js|d\.ts)$/.test(path))
      .forEach((path) => {
        visit(path.replace('./', ''));
      });
    expect([...packed].filter((path) => !reached.has(path))).toEqual([]);
    expect([...reached].filter((path) => !packed.has(path))).toEqual([]);
  });

  it(`the packed library has at most ${MOST_BYTES} bytes`, () => {
    expect(tarball.size).toBeGreaterThan(50_000);
    expect(tarball.size).toBeLessThanOrEqual(MOST_BYTES);
  });

  it('the packed library has every file that its manifest names', () => {
    const { main, types, typesVersions, exports } = manifest;
    const older = Object.values(typesVersions).flatMap((doors) => Object.values(doors).flat());
    const named = [main, types, ...older, ...Object.values(exports).flatMap(filesOf)];
    expect(named.length).toBeGreaterThan(30);
    expect(named.filter((path) => !tarball.files.includes(path.replace('./', '')))).toEqual([]);
    // Compilers before `exports` find the same doors.
    expect(Object.keys(typesVersions['*'] ?? {})).toEqual(
      Object.keys(exports)
        .filter((door) => door !== '.' && door !== './package.json')
        .map((door) => door.slice(2)),
    );
  });

  it('the packed library declares no type that only newer compilers know', () => {
    const guilty = tarball.files.filter((path) => {
      if (!path.endsWith('.d.ts')) return false;
      const text = readFileSync(join(program, 'node_modules/@gad/cache', path), 'utf8');
      // Inferred by TypeScript 5.7 and later; generic from there on.
      return /\b(Buffer|Uint8Array)</.test(text);
    });
    expect(guilty).toEqual([]);
  });

  it('the packed library mentions no source map and no file of the workspace', () => {
    const guilty = tarball.files.filter((path) => {
      if (!path.endsWith('.js')) return false;
      const text = readFileSync(join(program, 'node_modules/@gad/cache', path), 'utf8');
      return /sourceMappingURL|\.\.\/src\/|\.\.\/\.\.\/\.\.\/test/.test(text);
    });
    expect(guilty).toEqual([]);
  });
});

describe('a program without NestJS', () => {
  it.each(['import', 'require'])(
    'a program without NestJS gets a hit from the packed engine by %s',
    async (way) => {
      const load =
        way === 'import' ? "await import('@gad/cache/engine')" : "require('@gad/cache/engine')";
      expect(
        await run(`
          const { createCache, silentLog } = ${load};
          const cache = createCache({ prefix: 'shop:' }, silentLog);
          await cache.open();
          const load = () => ({ price: 10 });
          await cache.getOrSet('product:1', load, { ttl: 60 });
          const { hit, value } = await cache.getOrSetEntry('product:1', load, { ttl: 60 });
          const { hits, misses } = (await cache.getStats()).local;
          await cache.close();
          console.log(JSON.stringify({ hit, value, hits, misses }));
        `),
      ).toEqual({ hit: true, value: { price: 10 }, hits: 1, misses: 1 });
      expect(readdirSync(join(program, 'node_modules'))).not.toContain('@nestjs');
    },
  );

  it('a program that mixes import and require has one class of each name, in all doors', async () => {
    expect(
      await run(`
        const [engine, store] = [await import('@gad/cache/engine'), await import('@gad/cache/store')];
        const [required, stored] = [require('@gad/cache/engine'), require('@gad/cache/store')];
        const shared = Object.keys(engine).filter((name) => engine[name] === required[name]);
        const one = engine.createCache() instanceof stored.CacheEngine;
        console.log(JSON.stringify({ all: shared.length === Object.keys(engine).length, one, same: store.RedisStore === stored.RedisStore }));
      `),
    ).toEqual({ all: true, one: true, same: true });
  });

  it('a tool that requires CommonJS, such as Jest, gets CommonJS', async () => {
    expect(
      await run(`
        const at = require('node:path').join(process.cwd(), 'node_modules/@gad/cache/dist/cjs');
        const { createCache, CacheOptionsError } = require(at + '/engine.js');
        const refused = (() => { try { createCache({ prefix: '' }); } catch (error) { return error instanceof CacheOptionsError; } })();
        console.log(JSON.stringify({ refused, esm: Object.prototype.toString.call(require(at + '/store.js')) === '[object Module]' }));
      `),
    ).toEqual({ refused: true, esm: false });
  });
});

/** Runs the body of an asynchronous CommonJS program; what it prints, as JSON. */
async function run(body: string): Promise<unknown> {
  const code = `void (async () => { ${body} })();`;
  const args = ['--input-type=commonjs', '-e', code];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: program });
  return JSON.parse(stdout);
}

function filesOf(target: Target): readonly string[] {
  return typeof target === 'string' ? [target] : Object.values(target).flatMap(filesOf);
}

/** A link to the repository's copy. */
function installed(name: string, modules: string): void {
  const link = join(modules, name);
  mkdirSync(dirname(link), { recursive: true });
  symlinkSync(join(root, 'node_modules', name), link);
}
