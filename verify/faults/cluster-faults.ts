import { setTimeout as sleep } from 'node:timers/promises';
import { spread } from '../../bench/measure.js';
import type { ClusterServer } from '../../test/servers/redis-cluster.js';
import type { ClusterHost } from './cluster-host.js';
import { between, oneOf, type Fault, type Stage } from './stage.js';

type ClusterStage = Stage<ClusterHost>;

/** Writes that the master confirms and its replica never gets. */
const LOST_MS = 400;
/** Between a promotion and the return of the old master. */
const ALONE_MS = { least: 1_000, most: 2_000 };
/** Longest wait for a replica to take over by itself. */
const TAKEOVER_MS = 10_000;
const UNAVAILABLE_MS = 10_000;
const MOVES = 5;

const rest = ({ random }: ClusterStage): Promise<void> =>
  sleep(between(random, ALONE_MS.least, ALONE_MS.most));

/** Kills a master, whose replica lacks the last writes, and promotes that. */
async function failOver({ redis }: ClusterStage, master: ClusterServer): Promise<void> {
  const replica = await redis.cluster.replicaOf(master);
  const outage = await redis.outageOf(master);
  await redis.cluster.cutReplication(master, replica);
  await sleep(LOST_MS);
  await outage(() => redis.cluster.failOver(master, replica));
}

/** Has one side of a move fail over while names travel. */
async function failDuringMove(stage: ClusterStage, side: 'source' | 'target'): Promise<void> {
  const { redis, random } = stage;
  const { slot, master } = await redis.anySlot(random);
  const to = await redis.otherMaster(random, master);
  await redis.strikeDuringMove(slot, to, async () => {
    await failOver(stage, side === 'source' ? master : to);
    await rest(stage);
  });
}

export const CLUSTER_FAULTS: readonly Fault<ClusterHost>[] = [
  {
    name: 'shard-failover-lossy',
    run: async (stage: ClusterStage): Promise<void> => {
      const { redis, random } = stage;
      await failOver(stage, (await redis.anySlot(random)).master);
      await rest(stage);
      await redis.cluster.heal();
    },
  },
  {
    name: 'shard-frozen',
    run: async ({ redis, random }: ClusterStage): Promise<void> => {
      const { master } = await redis.anySlot(random);
      const outage = await redis.outageOf(master);
      await outage(async () => {
        await master.server.kill('SIGSTOP');
        // For less than the node timeout, so that its replica stays what it is.
        await sleep(between(random, 300, 900));
        await master.server.kill('SIGCONT');
      });
    },
  },
  {
    name: 'shard-unavailable',
    run: async ({ redis, random }: ClusterStage): Promise<void> => {
      const { master } = await redis.anySlot(random);
      const both = [master, await redis.cluster.replicaOf(master)];
      const outage = await redis.outageOf(master);
      await outage(async () => {
        await Promise.all(both.map(({ server }) => server.kill('SIGSTOP')));
        await sleep(UNAVAILABLE_MS);
        await Promise.all(both.map(({ server }) => server.kill('SIGCONT')));
      });
      await redis.cluster.heal();
    },
  },
  {
    name: 'old-master-back',
    run: async (stage: ClusterStage): Promise<void> => {
      const { redis, random } = stage;
      const { master } = await redis.anySlot(random);
      const replica = await redis.cluster.replicaOf(master);
      const outage = await redis.outageOf(master);
      await outage(async () => {
        await master.server.kill('SIGSTOP');
        await redis.untilPromoted(replica, TAKEOVER_MS);
      });
      await rest(stage);
      // It acts as the master until it learns of the other one.
      await redis.cluster.heal();
    },
  },
  {
    name: 'one-cut-off',
    run: async ({ redis, fleet, random }: ClusterStage): Promise<void> => {
      const { master } = await redis.anySlot(random);
      const proxy = oneOf(random, fleet.members).proxies[redis.cluster.nodes.indexOf(master)];
      proxy?.become({ kind: 'swallow' });
      await sleep(between(random, 2_000, 5_000));
      proxy?.become({ kind: 'pass' });
    },
  },
  {
    name: 'slots-moving',
    run: async ({ redis, random }: ClusterStage): Promise<void> => {
      for (let n = 0; n < MOVES; n++) {
        const { slot, master } = await redis.anySlot(random);
        const to = await redis.otherMaster(random, master);
        const reverse = random() < 1 / 2;
        await redis.cluster.move(slot, to, {
          batch: 1,
          order: (names) => (reverse ? [...names].reverse() : names),
          pace: () => sleep(between(random, 5, 50)),
        });
        await redis.cluster.heal();
      }
    },
  },
  {
    name: 'learns-late',
    run: async ({ redis, random }: ClusterStage): Promise<void> => {
      const { slot, master } = await redis.anySlot(random);
      const to = await redis.otherMaster(random, master);
      // The former owner, or a master that has no part in it.
      const late = await redis.otherMaster(random, to);
      const outage = await redis.outageOf(late);
      await outage(() =>
        redis.cluster.move(slot, to, {
          beforeLearning: async (node) => {
            if (node === to) await late.server.kill('SIGSTOP');
            if (node !== late) return;
            // The new owner serves meanwhile.
            await sleep(between(random, 300, 900));
            await late.server.kill('SIGCONT');
          },
        }),
      );
      await redis.cluster.heal();
    },
  },
  {
    name: 'fourth-master',
    run: async ({ redis, random, note }: ClusterStage): Promise<void> => {
      await redis.withFourthMaster(async (movedMs) => {
        note(
          `a fourth master: its shards were answered by the source for ${spread(movedMs, 0)} ms`,
        );
        await sleep(between(random, ALONE_MS.least, ALONE_MS.most));
      });
      await redis.cluster.heal();
    },
  },
  { name: 'failover-of-source', run: (stage) => failDuringMove(stage, 'source') },
  { name: 'failover-of-target', run: (stage) => failDuringMove(stage, 'target') },
];
