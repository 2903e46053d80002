/**
 * What does a report of the figures cost Redis and the process, and how much memory do the figures take?
 *
 *   npm run bench:reports [-- --reports 3600 --keys 100000 --namespaces 10000]
 *
 * Two processes do the same work over a Redis of their own, one of them with figures: an hour of
 * reports, a second of work before each, then some before which each of the 64 namespaces that are
 * known by name was read. Redis's time is its own count of the commands of a report
 * (`INFO commandstats`), that of the process its processor time. Memory is what heap and buffers
 * take after the last report and a collection, beside the process without figures.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createClient } from 'redis';
import { createCache } from '@gad/cache';
import { silentLog } from '@gad/cache/store';
import { startRedis } from '../test/servers/redis-server.js';
import { expectFigure, machine, quantile, spread } from './measure.js';

const text = (fallback: string) => ({ type: 'string', default: fallback }) as const;
const { values } = parseArgs({
  options: {
    ...{ reports: text('3600'), keys: text('100000'), namespaces: text('10000') },
    /** Of the processes that this one starts. */
    ...{ url: text(''), figures: { type: 'boolean', default: false } },
  },
});
const [reports, keys, namespaces] = [values.reports, values.keys, values.namespaces].map(
  Number,
) as [number, number, number];
/** Reads before each report. */
const READS = 50;
/** Namespaces that a process knows by name, the first it saw; and reports in which all of them moved. */
const [NAMED, FULL_REPORTS] = [64, 200];

/** A key whose namespace has no digit: those are parts of names, not names. */
const keyOf = (n: number): string => {
  const letters = [...String(n % namespaces)].map((digit) => 'abcdefghij'.charAt(Number(digit)));
  return `${letters.join('')}:list:${n}`;
};

interface Cost {
  readonly redisUs: readonly number[];
  readonly processMs: readonly number[];
  /** The same of reports in which all namespaces moved. */
  readonly full: Pick<Cost, 'redisUs' | 'processMs'>;
  readonly bytes: number;
}

if (values.url === '') await compare();
else process.send?.(await work(values.url, values.figures));

async function compare(): Promise<void> {
  const server = await startRedis();
  try {
    const without = await costOf(server.url, []);
    const { redisUs, processMs, full, bytes } = await costOf(server.url, ['--figures']);
    const megabytes = (bytes - without.bytes) / 1024 / 1024;
    console.log(machine());
    console.log(
      `${reports} reports: ${spread(redisUs, 0)} µs of Redis, ${spread(processMs, 2)} ms`,
    );
    console.log(
      `all namespaces moved: ${spread(full.redisUs, 0)} µs of Redis, ${spread(full.processMs, 2)} ms`,
    );
    console.log(`memory of the figures: ${megabytes.toFixed(2)} MB`);
    expectFigure('a report takes ≤ 150 µs of Redis', quantile(redisUs, 0.5) <= 150);
    expectFigure('a report takes ≤ 1 ms of the process', quantile(processMs, 0.5) <= 1);
    expectFigure('the figures take ≤ 3 MB', megabytes <= 3);
  } finally {
    await server.stop();
  }
}

async function costOf(url: string, more: readonly string[]): Promise<Cost> {
  const counts = ['--reports', reports, '--keys', keys, '--namespaces', namespaces].map(String);
  const child = fork(fileURLToPath(import.meta.url), ['--url', url, ...counts, ...more], {
    execArgv: ['--expose-gc', '--import', './tools/typescript.mjs'],
  });
  const ended = once(child, 'exit').then(() => {
    throw new Error('the process has ended');
  });
  // The child below sends a cost.
  const [cost] = (await Promise.race([once(child, 'message'), ended])) as [Cost];
  child.disconnect();
  return cost;
}

async function work(url: string, analytics: boolean): Promise<Cost> {
  const options = { redis: { url }, deadlineMs: 5_000, analytics, warming: false };
  const cache = createCache({ ...options, prefix: analytics ? 'with:' : 'sums:' }, silentLog);
  await cache.open();
  const client = await createClient({ url }).connect();
  /** Commands in the script are counted with it, and those of its name here once more. */
  const spent = async (): Promise<number> => {
    const info = await client.info('commandstats');
    const found = info.matchAll(/^cmdstat_(?:evalsha|hset):calls=\d+,usec=(\d+)/gm);
    return [...found].reduce((sum, [, us]) => sum + Number(us), 0);
  };
  const collected = (): number => {
    globalThis.gc?.();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  let at = 0;
  const read = async (): Promise<void> => {
    const reads = Array.from({ length: READS }, () => {
      const n = (at++ * 7_919) % keys;
      return cache.getOrSet(keyOf(n), () => n, { ttl: 3_600 });
    });
    await Promise.all(reads);
    await cache.delete(keyOf(at % keys));
  };
  // Code and the connection are there before anything is measured.
  for (let n = 0; n < 50; n++) await read();
  const costs = async (times: number, before: () => Promise<unknown>) => {
    const [redisUs, processMs]: [number[], number[]] = [[], []];
    for (let n = 0; n < times; n++) {
      await before();
      const us = await spent();
      const cpu = process.cpuUsage();
      await cache.fleet?.report();
      const { user, system } = process.cpuUsage(cpu);
      processMs.push((user + system) / 1_000);
      redisUs.push((await spent()) - us);
    }
    return { redisUs, processMs };
  };
  const hour = await costs(reports, read);
  const bytes = collected();
  const full = await costs(FULL_REPORTS, () =>
    Promise.all(Array.from({ length: NAMED }, (_, n) => cache.get(keyOf((n * 7_919) % keys)))),
  );
  client.destroy();
  await cache.close();
  return { ...hour, full, bytes };
}
