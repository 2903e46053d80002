import { availableParallelism } from 'node:os';

const project = (displayName, testMatch, rest = {}) => ({
  displayName,
  testMatch,
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': '@swc/jest' },
  moduleNameMapper: {
    '^@gad/cache$': '<rootDir>/libs/cache/src/index.ts',
    '^@gad/cache/engine$': '<rootDir>/libs/cache/src/engine.ts',
    '^@gad/cache/store$': '<rootDir>/libs/cache/src/store.ts',
    '^@gad/cache/transactions$': '<rootDir>/libs/cache/src/transactions.ts',
    '^@gad/cache/testing$': '<rootDir>/libs/cache/src/testing/index.ts',
    '^@gad/cache-postgres$': '<rootDir>/libs/cache-postgres/src/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/libs/[^/]+/dist/'],
  ...rest,
});

/** One Redis and one PostgreSQL for the whole run, started only if such a project has tests to run. */
const withServers = {
  globalSetup: '<rootDir>/test/servers/global-setup.mjs',
  globalTeardown: '<rootDir>/test/servers/global-teardown.mjs',
};

/** And the API's commands as bundles, and its demo data. */
const withApi = {
  globalSetup: '<rootDir>/test/servers/e2e-setup.mjs',
  globalTeardown: '<rootDir>/test/servers/e2e-teardown.mjs',
};

/** Every suite runs as native ES modules; `npm test` passes the Node flag that this needs. */
export default {
  // A suite of the API holds an embedded PostgreSQL of some hundred MB: two at a time are enough
  // for a small machine, and a worker that has grown is replaced before the next suite.
  maxWorkers: Math.max(2, Math.floor(availableParallelism() / 2)),
  workerIdleMemoryLimit: '1GB',
  testTimeout: 180_000,
  projects: [
    project('unit', ['<rootDir>/{apps,libs}/*/src/**/*.spec.ts']),
    project('cache', ['<rootDir>/libs/*/test/**/*.spec.ts'], withServers),
    project('e2e', ['<rootDir>/apps/api/test/**/*.e2e-spec.ts'], withApi),
    project('console', ['<rootDir>/apps/console/test/**/*.spec.ts'], {
      ...withApi,
      globalSetup: '<rootDir>/test/servers/console-setup.mjs',
    }),
    project('laws', ['<rootDir>/test/*-law.spec.ts']),
    project('verify', ['<rootDir>/verify/**/*.spec.ts'], withServers),
    project('repository', ['<rootDir>/test/**/!(*-law).spec.ts'], withServers),
  ],
};
