import type { AppFolder } from './app-folder.js';
import type { Cell, Surroundings } from './cell.js';

const COMPILERS = ['5.0', '5.4', '5.9', '6.0'];

/** Programs without NestJS. */
export function plainCells(around: Surroundings): Cell[] {
  const app = around.folder('plain');
  const cell = (name: string, run: () => Promise<unknown>): Cell => ({
    name: `without NestJS: ${name}`,
    run,
  });
  return [
    cell('install, compile', async () => {
      await app.create({ name: 'plain', private: true, type: 'commonjs' });
      const tools = ['typescript@~5.9.0', '@types/node@20', 'esbuild@0.28'];
      app.install([around.tarball, 'fastify@5', ...tools]);
      await app.take({ 'src/plain.ts': 'plain.ts', 'src/bundled.ts': 'bundled.ts' });
      const compilerOptions = {
        ...{ module: 'nodenext', target: 'es2022', strict: true, skipLibCheck: true },
        ...{ types: ['node'], rootDir: 'src', outDir: 'dist' },
      };
      await app.write({ 'tsconfig.json': { compilerOptions, include: ['src'] } });
      await app.run('node_modules/typescript/bin/tsc');
      await absent(app, '@nestjs/common');
    }),
    ...[...around.nodes].map(([name, node]) =>
      cell(`Fastify, ${name}`, async () => {
        for (const REDIS_URL of [undefined, around.redisUrl]) {
          await app.run('dist/plain.js', [], { env: { REDIS_URL }, node });
        }
      }),
    ),
    ...['cjs', 'esm'].map((format) =>
      cell(`esbuild bundle, ${format}`, () => bundle(app, format, around.redisUrl)),
    ),
  ];
}

/** Rejects unless the package is missing: the program shall not find it by accident. */
async function absent(app: AppFolder, name: string): Promise<void> {
  const found = await app.run('-p', [
    `require.resolve.paths('x').some((path) =>
    require('node:fs').existsSync(path + '/${name}'))`,
  ]);
  if (found.trim() !== 'false') throw new Error(`${name} is installed.`);
}

/** One file, run in a folder where it is alone. */
async function bundle(app: AppFolder, format: string, REDIS_URL: string): Promise<void> {
  const file = format === 'cjs' ? 'bundled.cjs' : 'bundled.mjs';
  // Packages in CommonJS ask for Node's modules by `require`, which an ES module has not.
  const banner =
    "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";
  const args = ['--bundle', '--platform=node', `--format=${format}`, `--outfile=${file}`];
  const esm = format === 'esm' ? [`--banner:js=${banner}`] : [];
  await app.run('node_modules/esbuild/bin/esbuild', ['src/bundled.ts', ...args, ...esm]);
  const alone = await app.alone(file);
  await alone.run(file, [], { env: { REDIS_URL } });
}

/** The types of every door, for each compiler and each way to find a package. */
export function typeCells(around: Surroundings): Cell[] {
  const app = around.folder('types');
  const compilers = COMPILERS.map((version) => `ts${version.replace('.', '')}`);
  const install = async (): Promise<void> => {
    await app.create({ name: 'types', private: true, type: 'commonjs' });
    const aliases = COMPILERS.map((version, n) => `${compilers[n]}@npm:typescript@~${version}.0`);
    const nest = ['@nestjs/common@11', '@nestjs/core@11', 'reflect-metadata@0.2', 'rxjs@7'];
    app.install([around.tarball, ...nest, '@types/node@20', ...aliases]);
    await app.take({ 'src/doors.ts': 'doors.ts', 'esm/doors.ts': 'doors.ts' });
    await app.write({ 'esm/package.json': { type: 'module' } });
  };
  const compile = async (compiler: string): Promise<void> => {
    for (const [module, resolution, folder] of waysOf(compiler)) {
      await types(app, compiler, module, resolution, folder);
    }
  };
  return [
    { name: 'types: install', run: install },
    ...compilers.map((compiler, n) => ({
      name: `types: TypeScript ${COMPILERS[n]}`,
      run: () => compile(compiler),
    })),
  ];
}

type Way = readonly [module: string, resolution: string, folder: string];

function waysOf(compiler: string): readonly Way[] {
  const node: Way[] = ['src', 'esm'].flatMap((folder) => [
    ['node16', 'node16', folder],
    ['nodenext', 'nodenext', folder],
  ]);
  const bundler: Way = ['esnext', 'bundler', 'esm'];
  // Deprecated in 6.0.
  const old: Way[] = compiler === 'ts60' ? [] : [['commonjs', 'node', 'src']];
  return [...node, bundler, ...old];
}

/** Also checks the library's own declarations. Those of other packages are their makers' concern. */
async function types(app: AppFolder, compiler: string, ...[module, resolution, folder]: Way) {
  const flags = [
    '--noEmit',
    '--strict',
    '--experimentalDecorators',
    '--exactOptionalPropertyTypes',
  ];
  const way = ['--module', module, '--moduleResolution', resolution];
  const rest = ['--target', 'es2022', '--types', 'node', '--skipLibCheck', 'false'];
  const args = [...flags, ...way, ...rest, `${folder}/doors.ts`];
  try {
    await app.run(`node_modules/${compiler}/bin/tsc`, args);
  } catch (error) {
    const lines = String(error).split('\n');
    const ours = lines.filter((line) => /@gad\/cache|^(Error: )?(src|esm)\//.test(line));
    const judged = lines.some((line) => line.includes('error TS'));
    if (ours.length === 0 && judged) return;
    throw new Error(`${module}, ${resolution}, ${folder}: ${(judged ? ours : lines).join('\n')}`, {
      cause: error,
    });
  }
}
