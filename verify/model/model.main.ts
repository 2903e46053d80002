/**
 * Random programs under random schedules against a real Redis:
 *
 *   npm run verify:model -- [--operations 100000] [--seed n]
 */
import { parseArgs } from 'node:util';
import { startRedis } from '../../test/servers/redis-server.js';
import { runModel } from './run-model.js';

const { values } = parseArgs({
  options: {
    operations: { type: 'string', default: '100000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});
const redis = await startRedis();
try {
  console.log(`seed ${values.seed}`);
  let printed = 0;
  let failures = 0;
  const tally = await runModel({
    redisUrl: redis.url,
    operations: Number(values.operations),
    seed: Number(values.seed),
    onEpisode: ({ operations }) => {
      if (operations - printed < 5_000) return;
      printed = operations;
      console.log(`${operations} operations`);
    },
    onFailure: (error) => {
      if (failures++ === 0) console.log(`${String(error)}; looking for a smaller program`);
    },
  });
  console.log(tally, 'no violation');
} finally {
  await redis.stop();
}
