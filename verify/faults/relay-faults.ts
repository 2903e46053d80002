import { drift } from './redis-faults.js';
import { between, MissedStrikeError, type Fault, type Stage } from './stage.js';

/** Longest wait for a batch of the relay. */
const ORDER_MS = 10_000;

/**
 * Has the store lose what writers did between their removals and the relay's turn: the leader has
 * read their events, and looks for their marks only when the store is another one.
 */
async function beforeTheRelay(stage: Stage, lose: () => Promise<unknown>): Promise<void> {
  const { fleet } = stage;
  if (await fleet.holdAt('hold before the removals', fleet.members, ORDER_MS, lose)) return;
  throw new MissedStrikeError('no relay read an event', ORDER_MS);
}

export const RELAY_FAULTS: readonly Fault[] = [
  {
    name: 'flushall-before-the-relay',
    ownOnly: true,
    run: (stage) => beforeTheRelay(stage, () => stage.redis.command(['FLUSHALL'])),
  },
  {
    name: 'old-dump-before-the-relay',
    ownOnly: true,
    run: async (stage: Stage): Promise<void> => {
      const { redis } = stage;
      const putBack = await redis.saveDump();
      await drift(stage);
      await beforeTheRelay(stage, async () => {
        await redis.server.kill('SIGKILL');
        await putBack();
        await redis.server.restart();
      });
    },
  },
  {
    name: 'failover-before-the-relay',
    ownOnly: true,
    run: async (stage: Stage): Promise<void> => {
      const { redis, fleet, random } = stage;
      const fail = async (): Promise<void> => {
        await redis.promote();
        fleet.retarget(redis.server.port);
      };
      await redis.follow(between(random, 1_000, 3_000));
      await drift(stage);
      // A replica that is not promoted would follow into the next fault.
      await beforeTheRelay(stage, fail).catch(async (error: unknown) => {
        await fail();
        throw error;
      });
    },
  },
];
