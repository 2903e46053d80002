import type { AppFolder } from './app-folder.js';
import type { Cell, Surroundings } from './cell.js';

/** How projects of one major version of NestJS are made by its own `nest new`. */
interface Generation {
  readonly typescript: string;
  readonly jest: string;
  readonly swcCli: string;
  readonly type: 'commonjs' | 'module';
  readonly compilerOptions: object;
}

const COMMON = {
  declaration: false,
  emitDecoratorMetadata: true,
  experimentalDecorators: true,
  strict: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: true,
  esModuleInterop: true,
  isolatedModules: true,
  types: ['node'],
  rootDir: './src',
  outDir: './dist',
};
const NODENEXT = { module: 'nodenext', moduleResolution: 'nodenext', target: 'es2022' };

const GENERATIONS: Readonly<Record<string, Generation>> = {
  10: {
    typescript: '5.4',
    jest: '29',
    swcCli: '0.5',
    type: 'commonjs',
    compilerOptions: { module: 'commonjs', target: 'es2022' },
  },
  11: { typescript: '5.9', jest: '30', swcCli: '0.7', type: 'commonjs', compilerOptions: NODENEXT },
  12: { typescript: '6.0', jest: '30', swcCli: '0.8', type: 'module', compilerOptions: NODENEXT },
};

export const NEST_VERSIONS = Object.keys(GENERATIONS);

const generation = (version: string): Generation => {
  const known = GENERATIONS[version];
  if (known === undefined) throw new Error(`NestJS ${version} is not in the matrix.`);
  return known;
};

/** The squares of one version of NestJS; `some`: only what a short run has time for. */
export function nestCells(version: string, around: Surroundings, some: boolean): Cell[] {
  const { type } = generation(version);
  const app = around.folder(`nest-${version}`);
  const cell = (name: string, run: () => Promise<unknown>): Cell => ({
    name: `NestJS ${version}: ${name}`,
    run,
  });
  const start = (file: string, node?: string) => async (): Promise<void> => {
    await servedBoth(app, file, around.redisUrl, node);
  };
  const tests = type === 'module' ? 'vitest' : 'ts-jest';
  const short = [
    cell('install', () => install(app, version, around.tarball, some)),
    cell('compile', () => app.run('node_modules/typescript/bin/tsc')),
    ...[...around.nodes].map(([name, node]) =>
      cell(`start on Express and Fastify, ${name}`, start('dist/main.js', node)),
    ),
    cell(tests, () => (type === 'module' ? runVitest(app) : runJest(app, 'ts-jest', false))),
  ];
  if (some) return short;
  return [
    ...short,
    cell('@swc/jest', () => runJest(app, '@swc/jest', type === 'module')),
    cell('nest build, SWC builder', () =>
      app.run('node_modules/@nestjs/cli/bin/nest.js', ['build', '-b', 'swc', '--type-check']),
    ),
    cell('start of the SWC build', start('dist/main.js')),
    cell('webpack bundle', () => app.run('bundle.cjs')),
    cell('start of the bundle', start('bundle/main.cjs')),
  ];
}

async function install(app: AppFolder, version: string, tarball: string, some: boolean) {
  const { typescript, jest, swcCli, type, compilerOptions } = generation(version);
  await app.create({ name: `shop-${version}`, private: true, type });
  const nest = ['common', 'core', 'platform-express', 'platform-fastify', 'testing'];
  const runner =
    type === 'module'
      ? ['vitest@4', 'unplugin-swc@1', '@swc/core@1.16.18']
      : [`jest@${jest}`, 'ts-jest@29.4', `@types/jest@${jest}`];
  const others = [
    '@nestjs/cli',
    '@swc/core@1.16.18',
    `@swc/cli@${swcCli}`,
    '@swc/jest@0.2',
    'webpack@5',
    ...(type === 'module' ? [`jest@${jest}`] : []),
  ].map((name) => (name.startsWith('@nestjs/') ? `${name}@${version}` : name));
  app.install([
    tarball,
    ...nest.map((name) => `@nestjs/${name}@${version}`),
    'reflect-metadata@0.2',
    'rxjs@7',
    `typescript@~${typescript}.0`,
    '@types/node@20',
    ...runner,
    ...(some ? [] : others),
  ]);
  // A project of NestJS 10 names files without their extension.
  const edit = (text: string): string => text.replace(/'(\.\/[\w-]+)\.js'/g, "'$1'");
  await app.take(
    {
      'src/main.ts': 'main.ts',
      'src/products.ts': 'products.ts',
      'src/products.spec.ts': 'products.check.ts',
    },
    type === 'module' ? undefined : edit,
  );
  await app.write(settings(type, compilerOptions));
}

function settings(type: Generation['type'], compilerOptions: object) {
  const options = { ...COMMON, ...compilerOptions };
  const include = ['src'];
  return {
    'tsconfig.json': { compilerOptions: options, include, exclude: ['**/*.spec.ts'] },
    'tsconfig.spec.json': { compilerOptions: options, include },
    'nest-cli.json': { sourceRoot: 'src' },
    'bundle.cjs': BUNDLE,
    'vitest.config.mjs': VITEST,
    ...(type === 'commonjs' ? {} : { '.swcrc': SWC }),
  };
}

/** Starts both platforms, each with an in-process store and with Redis. */
async function servedBoth(app: AppFolder, file: string, redisUrl: string, node?: string) {
  for (const PLATFORM of ['express', 'fastify']) {
    for (const REDIS_URL of [undefined, redisUrl]) {
      const printed = await app.run(file, [], { env: { PLATFORM, REDIS_URL }, node });
      const wanted = `served by ${REDIS_URL === undefined ? 'memory' : 'redis'}`;
      if (!printed.includes(wanted)) throw new Error(`${PLATFORM} printed: ${printed}`);
    }
  }
}

async function runJest(app: AppFolder, compiler: 'ts-jest' | '@swc/jest', esm: boolean) {
  const swc = { jsc: SWC.jsc, module: { type: esm ? 'es6' : 'commonjs' } };
  const settings = compiler === 'ts-jest' ? { tsconfig: 'tsconfig.spec.json' } : swc;
  await app.write({
    'jest.config.json': {
      rootDir: '.',
      testEnvironment: 'node',
      testRegex: 'src/.*\\.spec\\.ts$',
      transform: { '^.+\\.ts$': [compiler, settings] },
      moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
      ...(esm && { extensionsToTreatAsEsm: ['.ts'] }),
    },
  });
  const env = { NODE_OPTIONS: esm ? '--experimental-vm-modules' : '' };
  await app.run('node_modules/jest/bin/jest.js', ['-c', 'jest.config.json'], { env });
}

function runVitest(app: AppFolder): Promise<string> {
  return app.run('node_modules/vitest/vitest.mjs', ['run']);
}

const SWC = {
  jsc: {
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true },
    target: 'es2022',
    keepClassNames: true,
  },
  module: { type: 'es6' },
};

/** Without the packages that Nest loads if they are there. */
const BUNDLE = `
const webpack = require('webpack');
const optional = ({ request = '' }) => /^(@nestjs\\/(microservices|websockets)|class-|@fastify\\/(multipart|static|view)|@grpc|kafkajs|mqtt|nats|amqp|ioredis)/.test(request);
webpack({
  mode: 'none',
  target: 'node20',
  entry: './dist/main.js',
  output: { path: __dirname + '/bundle', filename: 'main.cjs' },
  plugins: [new webpack.IgnorePlugin({ checkResource: (request) => optional({ request }) })],
}, (error, stats) => {
  if (error || stats.hasErrors()) { console.error(error ?? stats.toString('errors-only')); process.exit(1); }
});
`;

const VITEST = `
import swc from 'unplugin-swc';
export default {
  plugins: [swc.vite({ module: { type: 'es6' } })],
  test: { globals: true, include: ['src/**/*.spec.ts'] },
};
`;
