/**
 * What a process costs that only keeps in touch: an HTTP server that is asked nothing, and five times a
 * second a statement of PostgreSQL and then a command of Redis, over the clients that the API uses.
 */
import { createServer } from 'node:http';
import pg from 'pg';
import { createClient } from 'redis';

const EVERY_MS = 200;

const { DATABASE_URL, REDIS_URL, HOST, PORT } = process.env;
const database = new pg.Client({ connectionString: DATABASE_URL });
await database.connect();
const redis = createClient({ url: REDIS_URL ?? '' });
await redis.connect();
setInterval(() => void database.query('select 1').then(() => redis.ping()), EVERY_MS);
createServer((_, response) => response.end()).listen(Number(PORT), HOST);
