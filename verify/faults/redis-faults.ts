import { setTimeout as sleep } from 'node:timers/promises';
import { between, MissedStrikeError, oneOf, type Fault, type Stage } from './stage.js';

/** How long the writes go on between a copy of the old and its return. */
const DRIFT_MS = { least: 2_000, most: 4_000 };
const FILLER_BYTES = 10_000;
/** A long outage lasts so long, and until so many writes have been acknowledged in it. */
const OUTAGE_MS = 60_000;
const OUTAGE_WRITES = 10_000;
const LONGEST_OUTAGE_MS = 300_000;

/** Lets writes go on for a while. */
export const drift = ({ random }: Stage): Promise<void> =>
  sleep(between(random, DRIFT_MS.least, DRIFT_MS.most));

async function freeze(stage: Stage, ms: number): Promise<void> {
  await stage.redis.server.kill('SIGSTOP');
  await sleep(ms);
  await stage.redis.server.kill('SIGCONT');
}

async function kill(stage: Stage): Promise<void> {
  await stage.redis.server.kill('SIGKILL');
  await sleep(between(stage.random, 300, 1_500));
}

/** A full Redis that has found nothing to evict refuses a write, a stranger's as well. */
function acceptRefusal(error: unknown): void {
  if (!String(error).includes('OOM')) throw error;
}

/** No part of a round: it takes as long as half of one, and as many writers as make its writes. */
export const LONG_OUTAGE: Fault = {
  name: 'redis-long-outage',
  run: async (stage: Stage): Promise<void> => {
    const { redis, load } = stage;
    const putBack = await redis.saveDump();
    await redis.server.kill('SIGKILL');
    const [begun, before] = [performance.now(), load.acknowledged];
    const isOver = (): boolean =>
      performance.now() - begun >= OUTAGE_MS && load.acknowledged - before >= OUTAGE_WRITES;
    while (!isOver() && performance.now() - begun < LONGEST_OUTAGE_MS) await sleep(100);
    const written = load.acknowledged - before;
    // What is measured from here on is the way back, not how soon the next write comes.
    await load.stopWriters();
    await putBack();
    await redis.server.restart();
    if (written < OUTAGE_WRITES) {
      throw new MissedStrikeError(`only ${written} writes were made`, LONGEST_OUTAGE_MS);
    }
  },
};

export const REDIS_FAULTS: readonly Fault[] = [
  {
    name: 'connections-reset',
    run: async ({ fleet, random }: Stage): Promise<void> => {
      for (let n = 0; n < 5; n += 1) {
        oneOf(random, fleet.members).proxy.reset();
        await sleep(between(random, 50, 300));
      }
    },
  },
  {
    name: 'redis-frozen-short',
    run: (stage) => freeze(stage, between(stage.random, 30, 300)),
  },
  {
    name: 'redis-frozen-long',
    run: (stage) => freeze(stage, between(stage.random, 2_000, 5_000)),
  },
  {
    name: 'black-hole-one',
    run: async ({ fleet, random }: Stage): Promise<void> => {
      const { proxy } = oneOf(random, fleet.members);
      proxy.become({ kind: 'swallow' });
      await sleep(between(random, 2_000, 5_000));
      proxy.become({ kind: 'pass' });
    },
  },
  {
    name: 'deaf-one',
    run: async ({ fleet, random }: Stage): Promise<void> => {
      const { proxy } = oneOf(random, fleet.members);
      proxy.become({ kind: 'deaf' });
      await sleep(between(random, 1_000, 3_000));
      proxy.become({ kind: 'pass' });
    },
  },
  {
    name: 'redis-restart-empty',
    run: async (stage: Stage): Promise<void> => {
      await kill(stage);
      await stage.redis.dropDump();
      await stage.redis.server.restart();
    },
  },
  {
    name: 'redis-restart-old-dump',
    run: async (stage: Stage): Promise<void> => {
      const putBack = await stage.redis.saveDump();
      await drift(stage);
      await kill(stage);
      await putBack();
      await stage.redis.server.restart();
    },
  },
  {
    name: 'failover-lagging',
    run: async (stage: Stage): Promise<void> => {
      await stage.redis.follow(between(stage.random, 1_000, 3_000));
      await drift(stage);
      await stage.redis.promote();
      stage.fleet.retarget(stage.redis.server.port);
    },
  },
  {
    name: 'failover-one-left-behind',
    run: async (stage: Stage): Promise<void> => {
      const { redis, fleet, random } = stage;
      await redis.follow(between(random, 200, 1_000));
      await drift(stage);
      const left = oneOf(random, fleet.members);
      await redis.promote();
      fleet.retarget(
        redis.server.port,
        fleet.members.filter((member) => member !== left),
      );
      await sleep(between(random, 2_000, 4_000));
      fleet.retarget(redis.server.port, [left]);
    },
  },
  {
    name: 'flushall',
    run: async ({ redis, random }: Stage): Promise<void> => {
      for (let n = 0; n < 3; n += 1) {
        await redis.command(['FLUSHALL']);
        await sleep(between(random, 100, 500));
      }
    },
  },
  {
    name: 'eviction',
    run: async ({ redis, random }: Stage): Promise<void> => {
      const [info] = await redis.command(['INFO', 'memory']);
      const used = Number(/used_memory:(\d+)/.exec(String(info))?.[1]);
      await redis.command(
        ['CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru'],
        ['CONFIG', 'SET', 'maxmemory', String(used + 50 * FILLER_BYTES)],
      );
      const filler = 'x'.repeat(FILLER_BYTES);
      for (let n = 0; n < 60; n += 1) {
        const keys = Array.from({ length: 10 }, (_, k) => `filler:${10 * n + k}`);
        await redis
          .command(...keys.map((key) => ['SET', key, filler, 'PX', '4000']))
          .catch(acceptRefusal);
        await sleep(between(random, 20, 60));
      }
      await redis.command(['CONFIG', 'SET', 'maxmemory', '0']);
    },
  },
];
