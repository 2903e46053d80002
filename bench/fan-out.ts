/**
 * What does it cost to ask for thousands of different keys at once, and is each loaded once, stored,
 * and found the next time? With default settings, beside the bare client's MGET and SET of the same
 * keys in the same run.
 *
 *   npm run bench:fan-out
 */
import { createCache } from '@gad/cache';
import { silentLog } from '@gad/cache/store';
import { createClient } from 'redis';
import { startRedis } from '../test/servers/redis-server.js';
import { expectFigure, machine, millisecondsOf, spread } from './measure.js';

const SIZES = [1_000, 5_000, 20_000];
const ROUNDS = 5;
const VALUE = { nombre: 'x'.repeat(300), activo: true, tareas: [1, 2, 3] };

type Times = Record<'first' | 'second' | 'SET' | 'MGET', number[]>;

const server = await startRedis();
const client = await createClient({ url: server.url }).connect();
try {
  const version = /redis_version:(\S+)/.exec(await client.info('server'))?.[1];
  console.log(`${machine()}, Redis ${version}, default settings, values of 0.35 kB`);
  for (const way of ['single', 'batch'] as const) {
    for (const size of SIZES) await measure(way, size);
  }
} finally {
  await client.close();
  await server.stop();
}

async function measure(way: 'single' | 'batch', size: number): Promise<void> {
  const ids = Array.from({ length: size }, (_, n) => n);
  const names = ids.map((id) => `bare:${id}`);
  const times: Times = { first: [], second: [], SET: [], MGET: [] };
  let right = true;
  for (let round = 0; round < ROUNDS; round++) {
    await client.flushAll();
    const cache = createCache({ prefix: 'gad:', redis: { url: server.url } }, silentLog);
    await cache.open();
    let loads = 0;
    const load = (missing: readonly number[]): unknown[] => {
      loads += missing.length;
      return missing.map((id) => ({ ...VALUE, id }));
    };
    const read = (): Promise<unknown> =>
      way === 'batch'
        ? cache.getOrSetMany(ids, (id) => `k:${id}`, load, { ttl: 600 })
        : Promise.all(
            ids.map((id) => cache.getOrSet(`k:${id}`, () => load([id])[0], { ttl: 600 })),
          );
    times.first.push(await millisecondsOf(read));
    const first = loads;
    times.second.push(await millisecondsOf(read));
    const { circuit } = cache.counts();
    if (first !== size || loads !== first || circuit !== 'closed') {
      right = false;
      console.log(`${way} ${size}: ${first} loads, then ${loads - first}, circuit ${circuit}`);
    }
    await cache.close();
    const text = JSON.stringify({ ...VALUE, id: 1 });
    times.SET.push(
      await millisecondsOf(() =>
        Promise.all(names.map((name) => client.set(name, text, { EX: 600 }))),
      ),
    );
    times.MGET.push(
      await millisecondsOf(async () => {
        for (const found of await client.mGet(names)) JSON.parse(found ?? 'null');
      }),
    );
  }
  const figures = Object.entries(times).map(([what, ms]) => `${what} ${spread(ms, 0)} ms`);
  console.log(`${way} ${size}: ${figures.join(', ')}`);
  expectFigure(`${way} ${size}: every key loaded once, then found, circuit closed`, right);
}
