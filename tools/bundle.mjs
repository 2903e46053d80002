/**
 * Bundles the API and its packages: a start then reads a dozen files instead of two thousand, which
 * is most of its time. `dist/server` is made of what the compiler left in `dist/apps` and
 * `dist/libs`, `dist/test-server` of the sources as the tests run them, without a check of types.
 */
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { trimmedMappings } from './trim-source-map.mjs';
import { compile, SOURCES } from './typescript-sources.mjs';

const BUILT = { from: 'dist/apps/api/src', extension: '.js', out: 'dist/server' };
const FOR_TESTS = {
  ...{ from: 'apps/api/src', extension: '.ts', out: 'dist/test-server' },
  more: { faults: 'verify/faults/api.main.ts' },
};
const ENTRIES = {
  server: 'main',
  migrate: 'database/migrate.main',
  seed: 'seed/seed.main',
  admin: 'admin/admin.main',
  doctor: 'doctor/doctor.main',
};

/**
 * Not bundled: programs and data beside the code (argon2, PGlite, Swagger UI, common
 * passwords), and the one module that has to run before all others.
 */
const EXTERNAL = [
  ...['@node-rs/argon2', '@electric-sql/*', 'swagger-ui-dist', '@zxcvbn-ts/*', 'reflect-metadata'],
];

/** What Nest, Fastify and pg only try to load; an image has none of them, so a bundle has none. */
const ABSENT =
  /^(?:@nestjs\/(?:microservices|websockets|platform-express)|@fastify\/(?:multipart|view)|pg-native|ts-morph|class-transformer\/storage)(?:\/|$)/;

/** What CommonJS packages expect in an ES module. */
const COMMON_JS = `
import { createRequire as makeRequire } from 'node:module';
import { fileURLToPath as pathOf } from 'node:url';
const require = makeRequire(import.meta.url);
const __filename = pathOf(import.meta.url);
const __dirname = pathOf(new URL('.', import.meta.url));
`.trim();

/** What packages load and the API does not use: phone numbers of all countries, lists of static files. */
const UNUSED = /^(?:libphonenumber-js(?:\/max)?|glob)$/;

/** An `import` of it evaluates all of its names, and one of them loads what `fetch` needs. */
const REQUIRED = /^(?:node:)?http$/;

/** Where a logger is made from, for transports, of which the API has none: it parses the source map. */
const CALLERS = /[\\/]pino[\\/]lib[\\/]caller\.js$/;

/**
 * Loaded when their module runs, with these names. An import of what is not in the bundle would be
 * made at each start, wherever it stands.
 */
const LATER = {
  '@electric-sql/pglite': 'PGlite, types',
  '@electric-sql/pglite-prepopulatedfs': 'dataDir',
};

/** With one other letter, in a regular expression say, all of the bundle takes two bytes a letter. */
const inAscii = (code) =>
  code.replaceAll(
    /[^\0-\x7f]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

const adjustSources = {
  name: 'adjust sources',
  setup(bundle) {
    // All that `redis` adds to it are the commands of modules that a cache does not use.
    bundle.onResolve({ filter: /^redis$/ }, ({ kind, resolveDir }) =>
      bundle.resolve('@redis/client', { kind, resolveDir }),
    );
    bundle.onResolve({ filter: ABSENT }, ({ path }) => ({ path, namespace: 'absent' }));
    bundle.onLoad({ filter: /./, namespace: 'absent' }, ({ path }) => ({
      contents: `throw Object.assign(new Error("Cannot find module '${path}'"), { code: 'MODULE_NOT_FOUND' });`,
    }));
    bundle.onResolve({ filter: REQUIRED }, ({ path, kind }) =>
      kind === 'import-statement' ? { path, namespace: 'required' } : undefined,
    );
    bundle.onLoad({ filter: /./, namespace: 'required' }, ({ path }) => ({
      contents: `module.exports = require('${path}');`,
    }));
    bundle.onLoad({ filter: CALLERS }, () => ({ contents: 'module.exports = () => [];' }));
    bundle.onResolve({ filter: UNUSED }, ({ path }) => ({ path, namespace: 'unused' }));
    bundle.onLoad({ filter: /./, namespace: 'unused' }, () => ({ contents: '' }));
    bundle.onResolve({ filter: /^@electric-sql\// }, ({ path, namespace }) =>
      namespace === 'later' ? { path, external: true } : { path, namespace: 'later' },
    );
    bundle.onLoad({ filter: /./, namespace: 'later' }, ({ path }) => ({
      contents: `export const { ${LATER[path]} } = await import('${path}');`,
    }));
    bundle.onResolve({ filter: /^@gad\// }, ({ path }) =>
      path in SOURCES ? { path: fileURLToPath(SOURCES[path]) } : undefined,
    );
    bundle.onLoad({ filter: /\.(?:[cm]?js|ts)$/ }, async ({ path }) => {
      const code = path.endsWith('.ts') ? compile(path) : readFile(path, 'utf8');
      let contents = inAscii(await code)
        // A `require` that the bundler does not know would load a second copy.
        .replace('const require = createRequire(import.meta.url);', '')
        .replaceAll(/createRequire\(import\.meta\.url\)\('([\w@/-]+)'\)/g, "require('$1')");
      if (path.includes('node_modules')) {
        contents = contents.replaceAll(/^\/\/# sourceMappingURL=.*$/gm, '');
      }
      return { contents, loader: 'js' };
    });
  },
};

/** Since Node 22 a start reads what the one before has compiled; where it cannot write, it compiles. */
const MAIN = `
import module from 'node:module';
import { fileURLToPath } from 'node:url';
module.enableCompileCache?.(fileURLToPath(new URL('compiled', import.meta.url)));
await import('./server.js');
`.trimStart();

/** @param root of the repository, with a finished compilation in `dist` */
export function bundleServer(root) {
  rmSync(join(root, BUILT.out), { recursive: true, force: true });
  return bundle(root, BUILT);
}

/** Without what a check of types would find. */
export const bundleForTests = (root) => bundle(root, FOR_TESTS);

async function bundle(root, { from, extension, out, more = {} }) {
  await build({
    absWorkingDir: root,
    entryPoints: {
      ...Object.fromEntries(
        Object.entries(ENTRIES).map(([name, path]) => [name, join(from, path + extension)]),
      ),
      ...more,
    },
    outdir: out,
    bundle: true,
    // One file for each command: in a chunk of its own, a CommonJS package that is loaded by
    // `import()` has no names.
    platform: 'node',
    format: 'esm',
    target: 'node20',
    sourcemap: true,
    sourcesContent: false,
    // Nest names schemas and tokens by their classes, and two packages may name one alike.
    keepNames: true,
    minifyWhitespace: true,
    minifySyntax: true,
    external: EXTERNAL,
    // Which Node 21 has; without it `pg` loads all of `fetch` to find out where it runs.
    define: { navigator: '{"userAgent":"Node.js"}' },
    banner: { js: COMMON_JS },
    plugins: [adjustSources],
    logLevel: 'warning',
  });
  for (const name of Object.keys({ ...ENTRIES, ...more })) {
    const path = join(root, out, `${name}.js.map`);
    const map = JSON.parse(readFileSync(path, 'utf8'));
    writeFileSync(path, JSON.stringify({ ...map, mappings: trimmedMappings(map) }));
  }
  writeFileSync(join(root, out, 'main.js'), MAIN);
  cpSync(join(root, from, 'database/migrations'), join(root, out, 'migrations'), {
    recursive: true,
  });
}
