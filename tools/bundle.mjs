/**
 * Bundles the API and its packages: a start then reads a dozen files instead of two thousand, which
 * is most of its time. `dist/server` is made of what the compiler left in `dist/apps` and
 * `dist/libs`, `dist/test-server` of the sources as the tests run them, without a check of types.
 */
import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
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
 * Not bundled: programs and data beside the code (argon2, PGlite, Swagger UI, pino's formatter), and
 * the one module that has to run before all others.
 */
const EXTERNAL = [
  ...['@node-rs/argon2', '@electric-sql/*', 'swagger-ui-dist', 'pino-pretty', 'reflect-metadata'],
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

/** A source map that maps nothing: the maps of packages would be read at each start. */
const NO_MAP = Buffer.from('{"version":3,"sources":[""],"mappings":"A"}').toString('base64');

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
    bundle.onResolve({ filter: /^@gad\// }, ({ path }) =>
      path in SOURCES ? { path: fileURLToPath(SOURCES[path]) } : undefined,
    );
    bundle.onLoad({ filter: /\.(?:[cm]?js|ts)$/ }, async ({ path }) => {
      const code = path.endsWith('.ts') ? compile(path) : readFile(path, 'utf8');
      let contents = (await code)
        // A `require` that the bundler does not know would load a second copy.
        .replace('const require = createRequire(import.meta.url);', '')
        .replaceAll(/createRequire\(import\.meta\.url\)\('([\w@/-]+)'\)/g, "require('$1')");
      if (path.includes('node_modules')) {
        contents = contents.replaceAll(/^\/\/# sourceMappingURL=.*$/gm, '');
        contents += `\n//# sourceMappingURL=data:application/json;base64,${NO_MAP}`;
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
    banner: { js: COMMON_JS },
    plugins: [adjustSources],
    logLevel: 'warning',
  });
  writeFileSync(join(root, out, 'main.js'), MAIN);
  cpSync(join(root, from, 'database/migrations'), join(root, out, 'migrations'), {
    recursive: true,
  });
}
