/**
 * Removes each guard of the engine in turn, in a copy, and asks the tests whether they notice:
 *
 *   npm run verify:mutations -- [--only <regular expression>] [--part <i>/<n>] [--list]
 *
 * A part is every n-th mutation, for runs side by side. Ends with 1 when a mutation survives that
 * is not known to be harmless, when a harmless one is caught after all, or when a guard is no longer
 * found in the sources or leaves them with an error of syntax.
 */
import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import { startPostgres } from '../../test/servers/postgres-server.js';
import { startRedis } from '../../test/servers/redis-server.js';
import { CLUSTER_MUTATIONS } from './cluster-mutations.js';
import { DECORATOR_MUTATIONS } from './decorator-mutations.js';
import { ENGINE_MUTATIONS } from './engine-mutations.js';
import { EXPLAIN_MUTATIONS } from './explain-mutations.js';
import { FRESHNESS_MUTATIONS } from './freshness-mutations.js';
import { INVALIDATION_MUTATIONS } from './invalidation-mutations.js';
import { LOCAL_MUTATIONS } from './local-mutations.js';
import { MARK_MUTATIONS } from './mark-mutations.js';
import type { Mutation } from './mutation.js';
import { NEST_MUTATIONS } from './nest-mutations.js';
import { OBSERVE_MUTATIONS } from './observe-mutations.js';
import { OUTBOX_MUTATIONS } from './outbox-mutations.js';
import { OPTION_MUTATIONS, RICH_VALUE_MUTATIONS } from './option-mutations.js';
import { RAW_JSON_MUTATIONS } from './raw-json-mutations.js';
import { REFRESH_MUTATIONS } from './refresh-mutations.js';
import { SCRIPT_MUTATIONS } from './script-mutations.js';
import { SHARING_MUTATIONS } from './sharing-mutations.js';
import { STORE_MUTATIONS } from './store-mutations.js';
import { TRANSACTION_MUTATIONS } from './transaction-mutations.js';
import { WARM_MUTATIONS } from './warm-mutations.js';
import { WorkspaceCopy } from './workspace-copy.js';

/** The suites below `test` and `src` of the libraries, and `verify`, that the guards are for. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  testing: ['store-contract'],
  'redis/leases': ['leases', 'interleavings'],
  load: [
    'shared-outcome',
    'background-refresh',
    'single-flight',
    'load-cycles',
    'load-context',
    'hit-for-miss',
  ],
  'store/redis/cluster': ['shard-client', 'shared-client'],
  'redis/index': ['key-index', 'index-sweeper', 'declared-keys'],
  values: [
    'json-text',
    'json-values',
    'compression-and-serializers',
    'unreadable-values',
    'negative-ttl',
    'rich-json',
    'as',
    'lost-values',
    'get-or-set-options',
  ],
  read: [
    'get-or-set-many',
    'get-or-set-many-sharing',
    'get-or-set-many-budget',
    'stale-while-revalidate',
    'stale-if-error',
    'timeouts',
    'known-ends',
  ],
  keys: ['prefix-isolation'],
  warm: ['pace', 'warming', 'warming-board'],
  observe: ['fleet', 'frequent-keys', 'ghost', 'history', 'journal', 'namespaces', 'recording'],
  doctor: ['checks', 'hit-ratio', 'healthy', 'provoked-server', 'watch'],
  explain: ['why-absent'],
  'redis/connection': ['store-outages'],
  'redis/cluster': ['cluster-store', 'cluster-faults', 'moving-slots'],
  invalidate: ['write-order', 'retry-queue'],
  outbox: [
    'removal-marks',
    'relay-store',
    'relay-store-terms',
    'idle-rounds',
    'freshness-lease',
    'relay',
    'acknowledged-writes',
  ],
  options: ['unknown-options', 'wrong-options'],
  transactions: ['in-transaction'],
  model: ['model'],
  nest: [
    'bodies',
    'raw-json',
    'read-ahead',
    'reported-nest-failures',
    'answers',
    'uncacheable',
    'background',
    'methods',
    'start-up-checks',
    'decorator-options',
    'requests',
    'serialization',
    'unkeyable',
    'replaced-answers',
    'bodies',
    'promised-answer',
    'key-spaces',
    'instances',
    'generated-classes',
    'role-serializers',
    'two-caches',
    'uncached-calls',
    'bare-class',
    'transports',
  ],
  'near-cache': [
    'invalidation-stream',
    'near-cache',
    'protocol-model',
    'local-copies',
    'barrier',
    'near-reads',
    'freshness-proof',
    'acknowledgements',
    'event-loop-monitor',
    'busy-process',
  ],
};
const SUITES = [
  'clock',
  'episodes',
  'position',
  'postgres-outbox',
  'record',
  ...Object.entries(ROOMS).flatMap(([room, names]) => names.map((name) => `${room}/${name}`)),
];
/** A mutation that makes a test hang is noticed, too. For one suite, and for all of them. */
const TIMEOUT_MS = { one: 90_000, all: 900_000 };

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    part: { type: 'string', default: '1/1' },
    list: { type: 'boolean', default: false },
  },
});
const wanted = new RegExp(values.only);
const [part = 1, parts = 1] = values.part.split('/').map(Number);
const mutations = [
  ...SCRIPT_MUTATIONS,
  ...MARK_MUTATIONS,
  ...ENGINE_MUTATIONS,
  ...SHARING_MUTATIONS,
  ...REFRESH_MUTATIONS,
  ...STORE_MUTATIONS,
  ...CLUSTER_MUTATIONS,
  ...NEST_MUTATIONS,
  ...OBSERVE_MUTATIONS,
  ...EXPLAIN_MUTATIONS,
  ...DECORATOR_MUTATIONS,
  ...OPTION_MUTATIONS,
  ...RICH_VALUE_MUTATIONS,
  ...RAW_JSON_MUTATIONS,
  ...FRESHNESS_MUTATIONS,
  ...LOCAL_MUTATIONS,
  ...INVALIDATION_MUTATIONS,
  ...WARM_MUTATIONS,
  ...TRANSACTION_MUTATIONS,
  ...OUTBOX_MUTATIONS,
]
  .filter(({ name }) => wanted.test(name))
  .filter((_, n) => n % parts === part - 1);
if (mutations.length === 0) throw new Error('No mutation is wanted: look at --only and --part.');
const copy = await WorkspaceCopy.create();
const misfits = mutations.flatMap((mutation) => copy.misfits(mutation));
for (const misfit of misfits) console.error(`cannot be tried: ${misfit}`);
const unexpected: string[] = [...misfits];
// The suites in question start servers of their own; this one is for the run's common setup.
const redis = await startRedis();
const postgres = await startPostgres();
try {
  if (!values.list && misfits.length === 0) {
    const already = await firstFailure([...new Set(mutations.map(({ suite }) => suite))]);
    if (already !== undefined) throw new Error(`Fails unmutated: ${already}`);
    for (const mutation of mutations) await judge(mutation);
  }
} finally {
  await Promise.all([redis.stop(), postgres.stop()]);
  await copy.remove();
}
console.log(`\n${mutations.length} mutations, ${unexpected.length} not as expected`);
for (const line of unexpected) console.log(`  ${line}`);
process.exitCode = unexpected.length > 0 ? 1 : 0;

async function judge(mutation: Mutation): Promise<void> {
  await copy.apply(mutation);
  const begin = performance.now();
  const others = SUITES.filter((suite) => suite !== mutation.suite);
  const noticed = (await firstFailure([mutation.suite])) ?? (await firstFailure(others));
  await copy.restore();
  const verdict =
    noticed ??
    (mutation.equivalent === undefined ? 'SURVIVES' : `harmless: ${mutation.equivalent}`);
  if ((noticed === undefined) === (mutation.equivalent === undefined)) {
    unexpected.push(`${mutation.name}: ${verdict}`);
  }
  const seconds = ((performance.now() - begin) / 1_000).toFixed(0);
  console.log(`${mutation.name.padEnd(66)} ${seconds.padStart(4)} s  ${verdict}`);
}

/** The first test of the suites that fails, or `undefined` when all pass. */
async function firstFailure(suites: readonly string[]): Promise<string | undefined> {
  const pattern = `(libs/cache(-postgres)?/(test|src)|apps/api/src/cache-admin|verify)/(${suites.join('|')})\\.spec`;
  const jest = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
  const timeoutMs = suites.length === 1 ? TIMEOUT_MS.one : TIMEOUT_MS.all;
  const { code, output } = await run(timeoutMs, [
    ...jest,
    'node_modules/jest/bin/jest.js',
    ...[
      '--selectProjects',
      'unit',
      'cache',
      'verify',
      '--runInBand',
      '--bail',
      '--ci',
      '--verbose',
      '--forceExit',
    ],
    ...['--testPathPatterns', pattern],
  ]);
  if (code === 0) return undefined;
  const failed = /✕ (.*?)(?: \(\d+ ms\))?$/m.exec(output)?.[1];
  if (failed === undefined && /Test suite failed to run|Cannot find/.test(output)) {
    throw new Error(`A mutation broke more than its guard:\n${output}`);
  }
  return failed ?? `does not end in ${timeoutMs / 1_000} s`;
}

function run(
  timeoutMs: number,
  args: readonly string[],
): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      cwd: copy.root,
      env: { ...process.env, TEST_REDIS_URL: redis.url, TEST_DATABASE_URL: postgres.url },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    let output = '';
    const collect = (chunk: Buffer): void => {
      output += chunk.toString();
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(timer);
      resolve({ code, output });
    });
  });
}
