import type { ApiProcess } from '../../apps/api/test/support/api-process.js';
import { startApiProcess } from '../../apps/api/test/support/api-process.js';
import { logIn } from '../log-in.js';

/** What a set-up is asked for. */
export const SCENARIOS = ['hit', '304', 'miss', 'bypass'] as const;
export type Scenario = (typeof SCENARIOS)[number];

/** `lean`: nothing is logged, and rivals have no more than the route; `full`: as in production. */
export type Furnishing = 'lean' | 'full';

/** One way to serve the statistics. */
export interface SetUp {
  readonly name: string;
  /** A program of `rivals/`; absent: the API. */
  readonly rival?: string;
  readonly local?: true;
  /** A rival with Fastify's plugin for validators. */
  readonly etag?: true;
  readonly scenarios: readonly Scenario[];
}

export const SET_UPS: readonly SetUp[] = [
  { name: 'bare Fastify route', rival: 'bare.mjs', scenarios: ['hit', '304'] },
  { name: 'Nest, GET by hand', rival: 'by-hand.mjs', scenarios: ['hit', 'miss', 'bypass'] },
  {
    name: 'Nest, cache-manager',
    rival: 'cache-manager.mjs',
    scenarios: ['hit', 'miss', 'bypass'],
  },
  {
    name: 'Nest, cache-manager, @fastify/etag',
    rival: 'cache-manager.mjs',
    etag: true,
    scenarios: ['hit', '304'],
  },
  { name: 'API', scenarios: SCENARIOS },
  { name: 'API, CACHE_LOCAL', local: true, scenarios: SCENARIOS },
];

/** What the servers of all set-ups share. */
export interface Surroundings {
  readonly redisUrl: string;
  readonly databaseUrl: string;
  readonly furnishing: Furnishing;
  readonly processes: number;
}

/** A set-up whose servers listen. */
export interface Running extends SetUp {
  readonly servers: readonly ApiProcess[];
  readonly urls: readonly URL[];
  readonly headers: Readonly<Record<string, string>>;
}

const JWT_SECRET = 'one secret for all of the processes';
const PROBE = new URL('server-probe.ts', import.meta.url).href;
export const HIT_PATH = '/api/v1/stats/user/2?days=30';

/** Starts the API first, whose token and body the rivals are asked with and answer. */
export async function startAll(
  setUps: readonly SetUp[],
  around: Surroundings,
): Promise<readonly Running[]> {
  const running = new Map<SetUp, readonly ApiProcess[]>();
  const start = async (setUp: SetUp, body = ''): Promise<ApiProcess> => {
    const servers: ApiProcess[] = [];
    for (let each = 0; each < around.processes; each++) {
      servers.push(await startServer(setUp, around, body, running.size === 0));
      running.set(setUp, servers);
    }
    return servers[0] ?? Promise.reject(new Error('no process was asked for'));
  };
  try {
    const own = setUps.filter(({ rival }) => rival === undefined);
    let first: ApiProcess | undefined;
    for (const setUp of own) {
      const server = await start(setUp);
      first ??= server;
    }
    if (first === undefined) throw new Error('the API is among the set-ups: it makes the token');
    const headers = await logIn(first);
    const answer = await fetch(first.url + HIT_PATH, { headers });
    const body = await answer.text();
    for (const setUp of setUps) if (!running.has(setUp)) await start(setUp, body);
    return setUps.map((setUp) => {
      const servers = running.get(setUp) ?? [];
      const urls = servers.map(({ url }) => new URL(url));
      return { ...setUp, servers, urls, headers };
    });
  } catch (error) {
    await Promise.all([...running.values()].flat().map((server) => server.dispose()));
    throw error;
  }
}

function startServer(
  { rival, local, etag }: SetUp,
  { redisUrl, databaseUrl, furnishing }: Surroundings,
  body: string,
  makesData: boolean,
): Promise<ApiProcess> {
  const common = {
    REDIS_URL: redisUrl,
    DATABASE_URL: databaseUrl,
    JWT_SECRET,
    LOG_LEVEL: furnishing === 'full' ? 'info' : 'error',
  };
  if (rival !== undefined) {
    const variables = {
      NODE_ENV: 'production',
      BODY: body,
      ETAG: etag === true ? '1' : '0',
      FULL: furnishing === 'full' ? '1' : '0',
    };
    const program = `bench/http/rivals/${rival}`;
    return startApiProcess({ ...common, ...variables }, { program, preload: PROBE });
  }
  const variables = {
    CACHE_DEADLINE_MS: '5000',
    CACHE_LOG_LEVEL: 'off',
    DEMO_DATA: String(makesData),
    CACHE_LOCAL: String(local === true),
  };
  return startApiProcess({ ...common, ...variables }, { preload: PROBE });
}

/** What a server's probe answers, summed over the processes of a set-up. */
export async function probe(running: Running, question: string): Promise<number> {
  const answers = await Promise.all(
    running.servers.map(async (server) => {
      const answer = server.message(AbortSignal.timeout(30_000));
      server.send(question);
      return numberIn(await answer);
    }),
  );
  return answers.reduce((sum, each) => sum + each, 0);
}

/** A number, or the microseconds of processor time. */
function numberIn(answer: unknown): number {
  if (typeof answer === 'number') return answer;
  const { user, system } = answer as NodeJS.CpuUsage; // what the probe answers to `cpu`
  return user + system;
}
