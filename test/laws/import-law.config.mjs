/**
 * The import law, as dependency-cruiser reads it. Every rule has a planted violation in
 * `import-law.fixture.ts`; a rule without one fails the test.
 */
const FEATURES = 'auth|usuarios|tareas|statistics|cache-admin|cache-invalidation';
const TESTS = String.raw`\.(spec|e2e-spec)\.ts$|^(apps|libs)/[^/]+/test/|^(test|bench|verify)/`;
const SOURCE = String.raw`^(apps|libs)/[^/]+/src/`;

/** Files of `auth` that annotate other features' routes and name who is asking; no behaviour. */
const AUTH_VOCABULARY = String.raw`^apps/api/src/auth/(principal|role|[a-z-]+\.decorator)\.ts$`;

/** What a feature offers to others. */
const FEATURE_DOORS = String.raw`\.(module|service|guard)\.ts$`;

/** The faces that NestJS sees, and the folder of the decorators; everything else is plain TypeScript. */
const NEST_FACE = String.raw`^libs/cache/src/(nest/.*|.*\.(module|service))\.ts$`;

/** From the ground up: a layer imports its own files and those below it. */
const LAYERS = [
  ...['keys|values', 'observe', 'near-cache', 'store', 'outbox', 'engine', 'doctor', 'warm'],
];
const ENGINE_ROOMS = ['invalidate', 'lookup', 'load', 'read'];

/** The same for the rooms of the API. Its own files, such as `app.module.ts`, stand above them. */
export const API_LAYERS = [
  'config',
  'logging|problems',
  'database|openapi|paging|validation',
  'audit|events|http|rate-limit',
  'auth',
  'idempotency',
  'admin|cache-admin|cache-invalidation|console|demo-data|doctor|health|metrics|seed|statistics|tareas|usuarios',
];

/** What the screens of the console are made of; every other folder of it is a screen. */
const CONSOLE_PARTS = 'api|charts|i18n|session|ui';

/** Programs start everything and are imported by nothing. */
const PROGRAMS = String.raw`\.main\.ts$`;

const rule = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

/** One rule for each layer that has something above it. */
const layers = (names, folder, kind, above) =>
  names.flatMap((name, at) => {
    const higher = [...names.slice(at + 1).map((one) => `^${folder}/(${one})/`), ...above];
    if (higher.length === 0) return [];
    return rule(
      `${kind}-${name.split('|')[0]}`,
      'A layer knows nothing of the layers above it.',
      { path: `^${folder}/(${name})/`, pathNot: [TESTS, PROGRAMS] },
      { path: higher },
    );
  });

export default {
  forbidden: [
    rule(
      'no-cycles',
      'Type-only cycles count: they become real ones with the first decorator or enum.',
      {},
      { circular: true },
    ),
    rule(
      'every-import-resolves',
      'What does not resolve has not been checked.',
      // The rivals' package is installed by the command that measures them, not with the others.
      { pathNot: '^verify/other-caches/' },
      {
        couldNotResolve: true,
        // Jest, and the built library's own doors, are resolved by mapping.
        pathNot: '^@gad/cache(/(engine|store|testing))?$',
      },
    ),
    rule(
      'libs-know-no-apps',
      'A library is published without this repository.',
      {
        path: '^libs/',
      },
      { path: '^(apps/|@gad/api)' },
    ),
    rule(
      'libs-by-package-name',
      'Apps use a library as any other project would: by its public doors.',
      { path: '^apps/' },
      { path: '^libs/', dependencyTypesNot: ['aliased'] },
    ),
    rule(
      'libs-keep-to-themselves',
      'One library reaches another by its package name.',
      {
        path: '^libs/([^/]+)/',
      },
      { path: '^libs/', pathNot: '^libs/$1/', dependencyTypesNot: ['aliased'] },
    ),
    rule(
      'source-imports-no-tests',
      'Tests are not shipped, and the testing door is for tests.',
      {
        path: SOURCE,
        pathNot: [TESTS, '^libs/[^/]+/src/testing/'],
      },
      { path: [TESTS, '^libs/[^/]+/src/testing/'] },
    ),
    rule(
      'testing-door-knows-no-runner',
      'It serves users of Jest, Vitest and node:test alike, so it imports none of them.',
      { path: '^libs/[^/]+/src/testing/', pathNot: TESTS },
      {
        path: String.raw`(^|/)(node_modules/)?(node:test|vitest|jest|@jest|@vitest|@nestjs/testing)(/|$)`,
      },
    ),
    rule(
      'features-by-their-doors',
      'Another feature is used through its module, service, guard or events; who is asking is ' +
        "auth's vocabulary; what is cached under which key is for the invalidation table to know.",
      { path: `^apps/api/src/(${FEATURES})/`, pathNot: TESTS },
      {
        path: `^apps/api/src/(${FEATURES})/`,
        pathNot: ['^apps/api/src/$1/', FEATURE_DOORS, AUTH_VOCABULARY, String.raw`\.cache\.ts$`],
      },
    ),
    rule(
      'cached-views-for-invalidation-only',
      'What is cached, and under which key, concerns its own feature and the invalidation table.',
      { path: '^apps/api/src/([^/]+)/', pathNot: [TESTS, '^apps/api/src/cache-invalidation/'] },
      { path: String.raw`^apps/api/src/.*\.cache\.ts$`, pathNot: '^apps/api/src/$1/' },
    ),
    rule(
      'engine-is-plain-typescript',
      'NestJS only in the module, the service face and the folder nest/.',
      { path: '^libs/cache/src/', pathNot: [TESTS, NEST_FACE, '^libs/cache/src/testing/'] },
      { path: '(^|/)(node_modules/)?@nestjs/' },
    ),
    rule(
      'doors-without-nest',
      'A program without NestJS takes the engine and the store, and installs none of its packages.',
      { path: String.raw`^libs/cache/src/(engine|store)\.ts$` },
      { path: '(^|/)(node_modules/)?(@nestjs|rxjs|reflect-metadata)(/|$)', reachable: true },
    ),
    rule(
      'outbox-loads-nothing',
      "An application's own database library is enough: no package is loaded with the outbox, and the driver only when it is read.",
      { path: '^libs/cache-postgres/src/', pathNot: TESTS },
      {
        path: '(^|/)node_modules/|^libs/cache/|^@nestjs/',
        dependencyTypesNot: ['type-only', 'dynamic-import'],
        dynamic: false,
      },
    ),
    ...layers(LAYERS, 'libs/cache/src', 'layer', [NEST_FACE]),
    ...layers(ENGINE_ROOMS, 'libs/cache/src/engine', 'engine', []),
    ...layers(API_LAYERS, 'apps/api/src', 'api', [String.raw`^apps/api/src/[^/]+\.ts$`]),
    rule(
      'console-is-for-browsers',
      'It talks to the API over HTTP, and knows of it what the served document says.',
      { path: '^apps/console/src/', pathNot: TESTS },
      { path: '^(apps/api|libs)/|^@gad/' },
    ),
    rule(
      'console-runs-without-node',
      'A browser has no modules of Node.',
      { path: '^apps/console/src/', pathNot: TESTS },
      { dependencyTypes: ['core'] },
    ),
    rule(
      'screens-know-no-other',
      'A screen leads to another by its address, and what all are made of knows none of them.',
      { path: '^apps/console/src/([^/]+)/', pathNot: '^apps/console/src/shell/' },
      {
        path: '^apps/console/src/[^/]+/',
        pathNot: [`^apps/console/src/(${CONSOLE_PARTS})/`, '^apps/console/src/$1/'],
      },
    ),
    rule(
      'redis-client-in-its-files',
      "The Redis client belongs to the library's Redis files.",
      { path: SOURCE, pathNot: [TESTS, '^libs/cache/src/.*redis'] },
      { path: ['(^|/)node_modules/(redis|@redis)/', '^(redis|@redis/.*)$'] },
    ),
    rule(
      'event-emitter-in-events',
      "The emitter's string names stay behind the typed bus.",
      { path: SOURCE, pathNot: [TESTS, '^apps/api/src/events/'] },
      { path: '(^|/)(node_modules/)?(eventemitter2|@nestjs/event-emitter)(/|$)' },
    ),
    rule(
      'packages-are-declared',
      'A package that only a neighbour declares is not there after publishing.',
      { path: SOURCE, pathNot: TESTS },
      // An optional peer counts as undeclared, and as a peer.
      { dependencyTypes: ['npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['npm-peer'] },
    ),
  ],
  options: {
    // Type-only imports are imports.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    // Not the packages' own folders of that name: excluding those would blind every rule on packages.
    exclude: { path: ['^dist/', '^(apps|libs)/[^/]+/dist/'] },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};

/** Names of the features, for the rule on mutual use, which is about folders and not files. */
export const featurePattern = new RegExp(`^apps/api/src/(${FEATURES})/`);

/** Imports of these do not make one feature a user of another. */
export const vocabularyPattern = new RegExp(AUTH_VOCABULARY);
