/**
 * Should replies be read as bytes, so that compressed values need no base64?
 *
 *   npm run bench:binary-values
 *
 * The raw client's GET as text and as bytes take turns. Plain hits would pay for bytes at every
 * call; compressed ones would save a quarter of their size and the decoding.
 */
import { deflateSync, inflateSync } from 'node:zlib';
import { createClient, RESP_TYPES } from 'redis';
import { startRedis } from '../test/servers/redis-server.js';
import { machine, millisecondsOf, quantile, spread } from './measure.js';
import { statisticsJson } from './statistics-json.js';

const ROUNDS = 31;
const CALLS = 4_000;
const CONCURRENCY = 50;

const server = await startRedis();
try {
  const client = createClient({ url: server.url, commandOptions: { timeout: 0 } });
  await client.connect();
  const bytes = client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer });
  console.log(machine());
  for (const size of [400, 4_096, 65_536]) {
    const text = statisticsJson(size);
    const packed = deflateSync(text, { level: 3 });
    await client.set('plain', text);
    await client.set('base64', packed.toString('base64'));
    await client.set('bytes', packed);
    const calls = Math.max(200, Math.round((CALLS * 400) / size));
    await compare(`${text.length} bytes, plain`, calls, [
      ['text', async () => JSON.parse((await client.get('plain')) ?? '') as unknown],
      ['bytes', async () => JSON.parse(((await bytes.get('plain')) ?? '').toString()) as unknown],
    ]);
    const inflated = (data: Buffer): unknown => JSON.parse(inflateSync(data).toString()) as unknown;
    await compare(`${text.length} bytes, compressed`, calls, [
      ['base64', async () => inflated(Buffer.from((await client.get('base64')) ?? '', 'base64'))],
      ['bytes', async () => inflated((await bytes.get('bytes')) ?? Buffer.alloc(0))],
    ]);
  }
  client.destroy();
} finally {
  await server.stop();
}

async function compare(
  what: string,
  calls: number,
  ways: readonly (readonly [string, () => Promise<unknown>])[],
): Promise<void> {
  const times = ways.map((): number[] => []);
  const cpu = ways.map((): number[] => []);
  for (let round = -3; round < ROUNDS; round++) {
    for (const at of round % 2 === 0 ? [0, 1] : [1, 0]) {
      const call = ways[at]?.[1] ?? (() => Promise.resolve());
      let left = calls;
      const loop = async (): Promise<void> => {
        while (left-- > 0) await call();
      };
      const before = process.cpuUsage();
      const ms = await millisecondsOf(() => Promise.all(Array.from({ length: CONCURRENCY }, loop)));
      const { user, system } = process.cpuUsage(before);
      if (round < 0) continue;
      times[at]?.push((1_000 * ms) / calls);
      cpu[at]?.push((user + system) / calls);
    }
  }
  ways.forEach(([name], at) => {
    console.log(
      `${what}, as ${name}: ${spread(times[at] ?? [], 1)} µs a call, processor ${spread(cpu[at] ?? [], 1)} µs`,
    );
  });
  const ratios = (times[1] ?? []).map((time, round) => time / (times[0]?.[round] ?? NaN));
  console.log(`  second beside first: ${quantile(ratios, 0.5).toFixed(3)} ×`);
}
