import type { Stage } from './stage.js';

/** Something that happens to Redis while fifty readers go on reading. */
export interface Scenario {
  readonly name: string;
  /** Seconds that it lasts. */
  readonly lasts: number;
  /** It has struck already when the application starts. */
  readonly beforeStart?: boolean;
  strike(stage: Stage): Promise<void> | void;
  heal(stage: Stage): Promise<void> | void;
}

const pass = ({ proxy }: Stage): void => {
  proxy.become({ kind: 'pass' });
};

/** Each takes `key-load-delay` when the server reads its file. */
const SLOW_KEYS = 2_000;
const FILL = `for n = 1, ARGV[1] do redis.call('SET', 'filler:' .. n, string.rep('x', 100)) end`;
const loading = new WeakMap<Stage, Promise<void>>();

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'frozen',
    lasts: 10,
    strike: ({ redis }) => redis.kill('SIGSTOP'),
    heal: ({ redis }) => redis.kill('SIGCONT'),
  },
  {
    name: 'down at start',
    lasts: 4,
    beforeStart: true,
    strike: ({ redis }) => redis.kill('SIGKILL'),
    heal: ({ redis }) => redis.restart(),
  },
  {
    name: 'killed',
    lasts: 4,
    strike: ({ redis }) => redis.kill('SIGKILL'),
    heal: ({ redis }) => redis.restart(),
  },
  {
    name: 'black hole',
    lasts: 4,
    strike: ({ proxy }: Stage): void => {
      proxy.become({ kind: 'swallow' });
    },
    heal: pass,
  },
  {
    name: 'slow (300 ms)',
    lasts: 4,
    strike: ({ proxy }: Stage): void => {
      proxy.become({ kind: 'delay', ms: 150 });
    },
    heal: pass,
  },
  {
    name: 'connections reset',
    lasts: 4,
    strike: ({ proxy }: Stage): void => {
      proxy.become({ kind: 'refuse' });
    },
    heal: pass,
  },
  {
    name: 'half-open',
    lasts: 4,
    strike: ({ proxy }: Stage): void => {
      proxy.forget();
    },
    // New connections were possible all the time.
    heal: pass,
  },
  {
    name: 'full (OOM)',
    lasts: 4,
    strike: ({ redis }) => command(redis.url, 'CONFIG', 'SET', 'maxmemory', '1'),
    heal: ({ redis }) => command(redis.url, 'CONFIG', 'SET', 'maxmemory', '0'),
  },
  {
    name: 'read-only',
    lasts: 4,
    strike: ({ redis }) => command(redis.url, 'REPLICAOF', '127.0.0.1', '1'),
    heal: ({ redis }) => command(redis.url, 'REPLICAOF', 'NO', 'ONE'),
  },
  {
    name: 'wrong password',
    lasts: 4,
    strike: async ({ redis, proxy }: Stage): Promise<void> => {
      await command(redis.url, 'CONFIG', 'SET', 'requirepass', 'another');
      proxy.reset();
    },
    heal: ({ redis }) =>
      command(redis.url.replace('//', '//:another@'), 'CONFIG', 'SET', 'requirepass', ''),
  },
  {
    name: 'loading',
    lasts: 4,
    strike: async (stage: Stage): Promise<void> => {
      await command(stage.redis.url, 'EVAL', FILL, '0', String(SLOW_KEYS));
      await command(stage.redis.url, 'SAVE');
      await stage.redis.kill('SIGKILL');
      loading.set(stage, stage.redis.restart());
    },
    // It answers to PING when it is done, and not before.
    heal: (stage) => loading.get(stage),
  },
];

async function command(url: string, ...words: string[]): Promise<void> {
  const { createClient } = await import('redis');
  const client = await createClient({ url }).connect();
  await client.sendCommand(words);
  await client.close();
}
