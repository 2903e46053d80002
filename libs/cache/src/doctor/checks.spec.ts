import { describe, expect, it } from '@jest/globals';
import type { FleetView } from '../observe/fleet.js';
import { COUNTER_NAMES } from '../observe/tally.js';
import type { Snapshot } from '../observe/snapshot.js';
import type { ServerFacts } from '../store/store-server.js';
import { DOCTOR_LANGUAGES } from './check.js';
import { CACHE_CHECKS } from './checks.js';
import type { Examination } from './examination.js';
import { byServer } from './examination.js';
import { diagnosisInWords, findingsOf, findingsOfAll, withoutConsequences } from './finding.js';

const INFO = {
  redis_version: '7.2.4',
  role: 'master',
  used_memory: '2000000',
  maxmemory: '268435456',
  maxmemory_policy: 'allkeys-lru',
  evicted_keys: '0',
};

const SERVER: ServerFacts = {
  info: new Map(Object.entries(INFO)),
  forbidden: [],
  keysForbidden: false,
  write: 'OK',
  roundTripMs: 0.3,
  clockAheadMs: 0,
  lazyEviction: true,
  fullCoverage: undefined,
  sizes: new Map([['stats:user:2', 300]]),
  sample: {
    ...{ names: 20, others: 0, keys: ['stats:user:2:days:30'], unindexed: [] },
    ...{ persistent: 0, members: 1 },
  },
};

const PROCESS: Snapshot = {
  ...{ id: 'a1', host: 'api-1', pid: 7, version: '1.0.0', uptime_seconds: 600, options: 'aa' },
  ...{ rss_bytes: 1, loop_late_ms: 3, store: 'redis', circuit: 'closed', pending_removals: 0 },
  ...{ loading: 0, fresh: true, proof_age_ms: 100, relay: 'leading', event_lag_ms: 5 },
  reported_at: 0,
  ...{ relay_events: 1, copies: null, dropped: 0, omitted: 0, counters: {}, loads: {} },
  ...{ lateness: {}, confirmations: [], large: [] },
  hot: { keys: [], error: 0 },
  dear: { keys: [], error: 0 },
};

const counted = (counts: Readonly<Record<string, number>>): Partial<FleetView> => {
  const totals = new Map([['stats:user', new Map(Object.entries(counts))]]);
  const places = COUNTER_NAMES.map((name) => counts[name] ?? 0);
  return { totals, history: [[{ at: 0, counts: new Map([['stats:user', places]]) }]] };
};

const fleet = (
  processes: readonly Snapshot[] = [PROCESS],
  rest: Partial<FleetView> = {},
): FleetView => ({ now: 0, processes, totals: new Map(), history: [[]], ...rest });

const HEALTHY: Examination = {
  at: 1_000_000,
  store: 'redis',
  settings: {
    ...{ deadlineMs: 50, compressFrom: 16_384, local: false, prefix: 'gad:' },
    warn: { hitRate: 0.6, memoryMb: 200, keys: 10_000 },
  },
  place: { cli: 'redis-cli', start: 'redis-server', user: 'default', database: 0 },
  outage: undefined,
  server: SERVER,
  masters: [],
  statistics: undefined,
  fleet: fleet(),
  longestOutageMs: 0,
  freshness: null,
  last: { at: 940_000, evicted: 0, refused: 0, counts: {} },
  earlier: { at: 700_000, evicted: 0, refused: 0, counts: {} },
  traced: false,
};

const sample = (part: Partial<NonNullable<ServerFacts['sample']>>): ServerFacts => ({
  ...SERVER,
  sample: { ...SERVER.sample, ...part } as NonNullable<ServerFacts['sample']>, // all parts are there
});
const info = (part: Readonly<Record<string, string>>): ServerFacts => ({
  ...SERVER,
  info: new Map(Object.entries({ ...INFO, ...part })),
});
const inCluster = (part: Readonly<Record<string, string>>): ServerFacts => ({
  ...info({ cluster_enabled: '1', connected_slaves: '1', ...part }),
  fullCoverage: false,
});
const many = (name: string, length = 40): string[] =>
  Array.from({ length }, (_, n) => `${name}:${String(n)}`);

/** What no server can be made to show in a test, or a fleet only with much traffic. */
const FOUND: readonly (readonly [id: string, found: RegExp, facts: Partial<Examination>])[] = [
  ['store-reachable', /ECONNREFUSED/, { server: undefined, outage: 'lost: ECONNREFUSED' }],
  ['store-reachable', /no answer in time/, { server: undefined, outage: 'it is silent' }],
  ['store-authenticated', /WRONGPASS/, { server: undefined, outage: 'it answers WRONGPASS' }],
  ['store-permissions', /keys of the prefix gad:/, { server: { ...SERVER, keysForbidden: true } }],
  ['store-version', /6\.0\.16/, { server: info({ redis_version: '6.0.16' }) }],
  ['store-version', /6\.2\.14, in a Cluster/, { server: inCluster({ redis_version: '6.2.14' }) }],
  [
    'read-only',
    /replica of db-1:6379\./,
    {
      server: info({
        ...{ role: 'slave', master_host: 'db-1', master_port: '6379' },
        ...Object.fromEntries([['master_link_status', 'up']]),
      }),
    },
  ],
  ['clock', /12\.5 s/, { server: { ...SERVER, clockAheadMs: -12_500 } }],
  [
    'lazy-eviction',
    /64 kB/,
    { server: { ...SERVER, lazyEviction: false, sizes: new Map([['k', 65_536]]) } },
  ],
  ['oom-refusals', /refused 4 writes lately/, { server: info({ errorstat_OOM: 'count=4' }) }],
  [
    'memory-near-limit',
    /95\.4 %\.$/,
    {
      server: info({ used_memory: '256000000' }),
      settings: { ...HEALTHY.settings, warn: { ...HEALTHY.settings.warn, memoryMb: 1_000 } },
    },
  ],
  ['evictions', /3 values were evicted/, { server: info({ evicted_keys: '3' }) }],
  ['persistent-keys', /40 of 40/, { server: sample({ keys: many('conf:a'), persistent: 40 }) }],
  ['flat-keys', /1 of 2 .* user123stats/, { server: sample({ keys: ['user123stats', 'a:b'] }) }],
  ['big-values', /as it is stored/, { server: { ...SERVER, sizes: new Map([['k', 2_000_000]]) } }],
  [
    'hit-ratio',
    /75 % of those of stats:user bypassed/,
    { fleet: fleet(undefined, counted({ bypass: 90, hit: 30, load: 90, load_ms: 9_000 })) },
  ],
  [
    'hot-key',
    /k:1 is read about 200 times a second/,
    { fleet: fleet([{ ...PROCESS, hot: { keys: [['k:1', 120_000]], error: 0 } }]) },
  ],
  [
    'slow-loads',
    /12 times in five minutes, 900 ms/,
    { fleet: fleet(undefined, counted({ load: 12, load_ms: 10_800 })) },
  ],
  [
    'refused-fills',
    /10 of 30 values of stats:user were not stored, 33\.3 %/,
    { fleet: fleet(undefined, counted({ load: 30, load_ms: 3_000, refused_invalidated: 10 })) },
  ],
  [
    'no-saving',
    /loads in 0\.1 ms/,
    { fleet: fleet(undefined, counted({ hit: 200, load: 10, load_ms: 1 })) },
  ],
  [
    'no-proof',
    /1 of 2 have none, such as api-1, pid 8/,
    { fleet: fleet([PROCESS, { ...PROCESS, pid: 8, fresh: false }]) },
  ],
  [
    'relay-missing',
    /None of 1 can/,
    { fleet: fleet([{ ...PROCESS, fresh: false, relay: 'gone' }]) },
  ],
  ['relay-lag', /9,000 ms old/, { fleet: fleet([{ ...PROCESS, event_lag_ms: 9_000 }]) }],
  [
    'mixed-options',
    /pid 8 differs/,
    { fleet: fleet([PROCESS, PROCESS, { ...PROCESS, pid: 8, options: 'bb' }]) },
  ],
  [
    'mixed-versions',
    /1\.0\.0, 2\.0\.0/,
    { fleet: fleet([PROCESS, { ...PROCESS, version: '2.0.0' }]) },
  ],
  ['event-loop', /held up for 800 ms/, { fleet: fleet([{ ...PROCESS, loop_late_ms: 800 }]) }],
  ['command-tracing', /subscribes/, { traced: true }],
];

describe('The checks of the doctor', () => {
  const foundIn = (facts: Partial<Examination>) => {
    const examination = { ...HEALTHY, ...facts };
    const findings = withoutConsequences(findingsOf(CACHE_CHECKS, examination), CACHE_CHECKS);
    return { examination, findings };
  };
  const wrongIn = (facts: Partial<Examination>) =>
    diagnosisInWords(foundIn(facts), 'en').filter(({ severity }) =>
      /fail|warn|info/.test(severity),
    );

  it('the checks of the doctor find nothing wrong with healthy facts', () => {
    expect(wrongIn({})).toEqual([]);
  });

  it.each(FOUND)(
    'the checks of the doctor find %s by its facts, and nothing else (%s)',
    (id, found, facts) => {
      const wrong = wrongIn(facts);
      expect(wrong.map((finding) => finding.id)).toEqual([id]);
      expect(wrong[0]?.seen).toMatch(found);
    },
  );

  it.each(DOCTOR_LANGUAGES)(
    'the checks of the doctor leave no name open in a text (%s)',
    (language) => {
      const texts = [{}, ...FOUND.map(([, , facts]) => facts)].flatMap((facts) =>
        diagnosisInWords(foundIn(facts), language),
      );
      expect(texts.filter((text) => /\{\w+\}|undefined|NaN/.test(JSON.stringify(text)))).toEqual(
        [],
      );
    },
  );

  it('the checks of the doctor name the masters of a Cluster that a finding is true of', () => {
    const master = (port: number, evicted: number) => ({
      node: `10.0.0.1:${port}`,
      place: { cli: `redis-cli -p ${port}`, start: undefined, user: 'default', database: 0 },
      outage: undefined,
      server: inCluster({ evicted_keys: String(evicted), used_memory: '250000000' }),
    });
    const last = { at: 940_000, counts: {}, masters: { '10.0.0.1:7002': { evicted: 5_000 } } };
    const warn = { ...HEALTHY.settings.warn, memoryMb: 1_000 };
    const masters = [master(7_001, 0), master(7_002, 6_000), master(7_003, 0)];
    const settings = { ...HEALTHY.settings, warn };
    const examination: Examination = { ...HEALTHY, masters, settings, last };
    const findings = findingsOfAll(CACHE_CHECKS, byServer(examination));
    const found = diagnosisInWords({ examination, findings }, 'en').filter(
      ({ severity }) => severity === 'warn',
    );
    expect(found.map(({ id, seen }) => [id, seen.slice(0, 33)])).toEqual([
      ['evictions', '10.0.0.1:7002: 1,000 values were '],
    ]);
    expect(found[0]?.fix).toMatch(/^redis-cli -p 7002 CONFIG SET maxmemory \d+mb$/);
  });

  it('the checks of the doctor say n/a, and no figure, of what is not known', () => {
    const { findings } = foundIn({
      ...{ server: { ...SERVER, info: undefined, sample: undefined, clockAheadMs: undefined } },
      ...{ fleet: undefined, last: undefined, earlier: undefined },
    });
    const hidden = findings.filter(({ severity }) => severity === 'n/a').map(({ id }) => id);
    expect(hidden).toEqual(
      expect.arrayContaining(['memory-limit', 'evictions', 'hit-ratio', 'clock']),
    );
    expect(findings.filter(({ severity }) => severity === 'fail')).toEqual([]);
  });
});
