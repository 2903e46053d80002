/**
 * What a process costs that only keeps in touch: an HTTP server that is asked nothing, and five times a
 * second a statement of PostgreSQL and then a command of Redis, on a Cluster one for each of 60 shards,
 * over the clients that the API uses.
 */
import { createServer } from 'node:http';
import pg from 'pg';
import { createClient } from 'redis';

const EVERY_MS = 200;
const SHARDS = 60;

const { DATABASE_URL, REDIS_URL, REDIS_CLUSTER, HOST, PORT } = process.env;
const database = new pg.Client({ connectionString: DATABASE_URL });
await database.connect();
const seeds = REDIS_CLUSTER?.split(',').map((seed) => `redis://${seed}`);
const servers = (seeds ?? [REDIS_URL ?? '']).map((url) => createClient({ url }));
await Promise.all(servers.map((server) => server.connect()));
const calls = seeds === undefined ? 1 : SHARDS / seeds.length;

async function keepInTouch(): Promise<void> {
  await database.query('select 1');
  const all = servers.flatMap((server) => Array.from({ length: calls }, () => server.ping()));
  await Promise.all(all);
}
setInterval(() => void keepInTouch(), EVERY_MS);
createServer((_, response) => response.end()).listen(Number(PORT), HOST);
