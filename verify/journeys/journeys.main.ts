/**
 * How far does one operation travel? The functions and files of the product that a hit, a miss, a
 * removal and an HTTP request touch, by V8's coverage, over a real Redis.
 *
 *   npm run verify:journeys -- [--show hit]
 *
 * Ends with 1 when a journey is longer than its bound.
 */
import { CacheService } from '@gad/cache';
import { parseArgs } from 'node:util';
import { startRedis } from '../../test/servers/redis-server.js';
import { startApi } from './api.js';
import type { Journey } from './coverage.js';
import { Coverage, filesOf } from './coverage.js';

/** The most functions that a journey may call, but for those that record it for the statistics. */
const BOUNDS: Readonly<Record<string, number>> = { hit: 50, miss: 110, invalidate: 65 };
const RECORDING = 'libs/cache/src/observe/';

const { values } = parseArgs({ options: { show: { type: 'string' } } });
// The warnings of development are no part of a journey.
process.env['NODE_ENV'] = 'production';
const redis = await startRedis();
const coverage = new Coverage();
try {
  const cache = new CacheService({
    prefix: 'gad:',
    redis: { url: redis.url },
    deadlineMs: 5_000,
    logLevel: 'off',
  });
  await cache.onModuleInit();
  const load = (): Promise<number> => Promise.resolve(1);
  // As decorators pass them: the same object every time.
  const options = Object.freeze({ ttl: 60 });
  await cache.getOrSet('hit', load, options);
  await coverage.start();
  report('hit', await coverage.of(() => cache.getOrSet('hit', load, options)));
  report('miss', await coverage.of((at) => cache.getOrSet(`miss:${at}`, load, options)));
  report('set', await coverage.of((at) => cache.set(`set:${at}`, 1, { ttl: 60 })));
  report('delete', await coverage.of((at) => cache.delete(`set:${at}`)));
  report('deletePattern', await coverage.of((at) => cache.deletePattern(`miss:${at}*`)));
  report('invalidate', await coverage.of((at) => cache.invalidate(`miss:${at}:*`)));
  await cache.onApplicationShutdown();

  const api = await startApi();
  try {
    report('HTTP hit', await coverage.of(api.readStatistics));
  } finally {
    await api.stop();
  }
} finally {
  coverage.stop();
  await redis.stop();
}

function report(name: string, journey: Journey): void {
  const bound = BOUNDS[name];
  const recording = journey.filter((step) => step.startsWith(RECORDING)).length;
  const functions = journey.length - recording;
  const missed = bound !== undefined && functions > bound;
  if (missed) process.exitCode = 1;
  const limit = bound === undefined ? '' : `${missed ? '  MISSED:' : '  holds:'} at most ${bound}`;
  console.log(
    `${name.padEnd(14)} ${String(functions).padStart(4)} functions, ${String(recording).padStart(2)} that record it, in ${String(filesOf(journey)).padStart(3)} files${limit}`,
  );
  if (values.show === name) console.log(journey.map((step) => `    ${step}`).join('\n'));
}
