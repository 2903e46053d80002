/**
 * Does the cache keep its promise inside the transactions of libraries that jest cannot load?
 *
 *   npm run verify:transactions -- [--libraries nestjs-cls,prisma]
 *
 * Starts Redis and PostgreSQL, and judges each rule of the contract in an application of its own.
 * Prisma is installed from the registry first. Ends with 1 when a rule is broken.
 */
import { parseArgs } from 'node:util';
import {
  judgeTransactions,
  TRANSACTION_CONTRACT,
} from '../../libs/cache/test/support/transaction-contract.js';
import { startPostgres } from '../../test/servers/postgres-server.js';
import { startRedis } from '../../test/servers/redis-server.js';
import { startNestjsCls } from './nestjs-cls-side.js';
import { installPrisma, startPrisma } from './prisma-side.js';

const { values } = parseArgs({
  options: { libraries: { type: 'string', default: 'nestjs-cls,prisma' } },
});
const [redis, postgres] = await Promise.all([startRedis(), startPostgres()]);
process.env['TEST_REDIS_URL'] = redis.url;
process.env['TEST_DATABASE_URL'] = postgres.url;
const wanted = new Set(values.libraries.split(','));
let broken = 0;
try {
  if (wanted.delete('nestjs-cls')) await judge('nestjs-cls', () => startNestjsCls());
  if (wanted.delete('prisma')) {
    const { make, remove } = await installPrisma();
    try {
      await judge('prisma', () => startPrisma(make));
    } finally {
      await remove();
    }
  }
  if (wanted.size > 0) throw new Error(`Unknown libraries: ${[...wanted].join(', ')}`);
} finally {
  await Promise.all([redis.stop(), postgres.stop()]);
}
process.exitCode = broken === 0 ? 0 : 1;

async function judge(
  library: string,
  start: Parameters<typeof judgeTransactions>[1],
): Promise<void> {
  for (const [title, rule] of Object.entries(TRANSACTION_CONTRACT)) {
    try {
      await judgeTransactions(rule, start);
      console.log(`kept    ${library}: ${title}`);
    } catch (error) {
      broken++;
      console.log(`BROKEN  ${library}: ${title}\n${String(error)}`);
    }
  }
}
