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
    name: 'full (OOM)',
    lasts: 4,
    strike: ({ redis }) => configure(redis.url, 'maxmemory', '1'),
    heal: ({ redis }) => configure(redis.url, 'maxmemory', '0'),
  },
];

async function configure(url: string, name: string, value: string): Promise<void> {
  const { createClient } = await import('redis');
  const client = await createClient({ url }).connect();
  await client.configSet(name, value);
  await client.close();
}
