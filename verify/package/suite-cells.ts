import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Cell, Surroundings } from './cell.js';

const CONFIG = new URL('../../jest.config.js', import.meta.url).href;
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SUITES = '<rootDir>/libs/cache/test/nest/**/*.spec.ts';
const PACKAGES = [
  ...['common', 'core', 'testing', 'platform-express', 'platform-fastify', 'microservices'],
  'websockets',
];

/** What NestJS and its users share one copy of. */
const SHARED = {
  'reflect-metadata': '0.2',
  rxjs: '7',
  'class-transformer': '0.5',
  'class-validator': '0.15',
};

const BOTH: Readonly<Record<string, string>> = {
  'Answers of cached handlers, on fastify: a response of /past/generator passes through unchanged, each time, with its 200':
    'only NestJS 12 runs the generator that a handler returns',
  'Answers of cached handlers, on express: a response of /past/generator passes through unchanged, each time, with its 200':
    'only NestJS 12 runs the generator that a handler returns',
  'At start, the module refuses the module refuses methods that another copy of the library decorates, when its module is absent':
    'only NestJS 12 has @nestjs/common/internal, from which the test makes the other copy',
};

/** Tests that an older NestJS cannot pass, by their titles, and why. */
const EXCEPTIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  10: {
    ...BOTH,
    'A request that makes no key, on express: a request without a key is answered by a wildcard route, and never with another route’s answer':
      'a wildcard of Express 4 is a text, so it makes a key',
    'Failures reported of other caches, on fastify: an id of 10,000 characters makes a short key':
      'Fastify 4 answers 404 to a parameter that is too long, Fastify 5 answers 414',
  },
  11: BOTH,
};

/** Our own suites of decorators, interceptors and modules, on an older NestJS. */
export function suiteCells(around: Surroundings): Cell[] {
  return Object.keys(EXCEPTIONS).map((version) => ({
    name: `our suites on NestJS ${version}`,
    run: () => runSuites(around, version),
  }));
}

async function runSuites(around: Surroundings, version: string): Promise<void> {
  const app = around.folder(`suites-${version}`);
  await app.create({ name: 'suites', private: true });
  const nest = PACKAGES.map((name) => `@nestjs/${name}@${version}`);
  const shared = Object.entries(SHARED).map(([name, range]) => `${name}@${range}`);
  app.install([...nest, ...shared]);
  // The repository's own settings.
  const { default: config } = (await import(CONFIG)) as {
    default: { projects: { displayName: string; moduleNameMapper: Record<string, string> }[] };
  };
  const cache = config.projects.find(({ displayName }) => displayName === 'cache');
  const older = Object.fromEntries(
    ['@nestjs/[\\w-]+', ...Object.keys(SHARED)].map((name) => [
      `^(${name})((?:/.*)?)$`,
      join(app.path, 'node_modules/$1$2'),
    ]),
  );
  const moduleNameMapper = { ...older, ...cache?.moduleNameMapper };
  const about = { rootDir: ROOT, testTimeout: 60_000 };
  await app.write({
    'jest.json': { ...cache, ...about, testMatch: [SUITES], moduleNameMapper },
  });
  const results = join(app.path, 'results.json');
  const jest = join(ROOT, 'node_modules/jest/bin/jest.js');
  const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
  const args = ['--config', join(app.path, 'jest.json'), '--json', '--outputFile', results];
  const child = spawn(process.execPath, [...flags, jest, ...args], { cwd: ROOT, stdio: 'ignore' });
  await once(child, 'exit');
  expectExceptions(EXCEPTIONS[version] ?? {}, await failuresIn(results));
}

/** The titles of the tests that failed, and the suites that could not run, with their messages. */
async function failuresIn(results: string): Promise<ReadonlyMap<string, string>> {
  // Jest's own report.
  const { testResults } = JSON.parse(await readFile(results, 'utf8')) as {
    testResults: {
      name: string;
      message: string;
      assertionResults: { status: string; fullName: string; failureMessages: string[] }[];
    }[];
  };
  if (testResults.length === 0) throw new Error('No suite was run.');
  return new Map(
    testResults.flatMap(({ name, message, assertionResults }): [string, string][] =>
      assertionResults.length === 0
        ? [[name, message]]
        : assertionResults
            .filter(({ status }) => status === 'failed')
            .map(({ fullName, failureMessages }) => [fullName, failureMessages.join('\n')]),
    ),
  );
}

function expectExceptions(
  expected: Readonly<Record<string, string>>,
  failed: ReadonlyMap<string, string>,
): void {
  const unexpected = [...failed].filter(([title]) => !(title in expected));
  const passed = Object.keys(expected).filter((title) => !failed.has(title));
  if (unexpected.length === 0 && passed.length === 0) return;
  const texts = unexpected.map(([title, message]) => `${title}\n${message.slice(0, 600)}`);
  throw new Error([...texts, ...passed.map((title) => `passes: ${title}`)].join('\n\n'));
}
