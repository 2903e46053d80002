/**
 * A small HTTP application with one cached route, in front of PostgreSQL: what the outages strike.
 * `GET /read?key=…` answers the row; `x-source` says where it came from. Configured by SUBJECT,
 * REDIS_URL, DATABASE_URL and PORT.
 */
import { createServer } from 'node:http';
import pg from 'pg';
import { createCache, runWithCacheDeadline } from '@gad/cache';
import { silentLog } from '@gad/cache/store';

/** Reads through a cache. */
interface Subject {
  get(key: string, load: () => Promise<string>): Promise<unknown>;
}

const TTL_SECONDS = 2;
const RIVALS = new URL('../other-caches/', import.meta.url);

const { SUBJECT = '', REDIS_URL = '', DATABASE_URL = '', PORT = '' } = process.env;

async function open(): Promise<Subject> {
  if (SUBJECT === 'database') return { get: (_key, load) => load() };
  if (SUBJECT === 'gad') {
    const cache = createCache({ prefix: 'gad:', redis: { url: REDIS_URL } }, silentLog);
    await cache.open();
    return { get: (key, load) => cache.getOrSet(key, load, { ttl: TTL_SECONDS }) };
  }
  // Not known to the compiler, because the packages behind it need not be installed.
  const rival = (await import(new URL(`outage-${SUBJECT}.mjs`, RIVALS).href)) as {
    open(setup: { redisUrl: string; ttlSeconds: number }): Promise<Subject>;
  };
  return rival.open({ redisUrl: REDIS_URL, ttlSeconds: TTL_SECONDS });
}

const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 20 });
const subject = await open();

async function read(key: string): Promise<{ value: unknown; source: 'cache' | 'database' }> {
  let source: 'cache' | 'database' = 'cache';
  const value = await subject.get(key, async () => {
    source = 'database';
    const { rows } = await pool.query<{ value: string }>('select value from rows where key = $1', [
      key,
    ]);
    return rows[0]?.value ?? 'missing';
  });
  return { value, source };
}

const server = createServer((request, response) => {
  const key = new URL(request.url ?? '/', 'http://localhost').searchParams.get('key') ?? '';
  runWithCacheDeadline(() => read(key)).then(
    ({ value, source }) => {
      response.setHeader('x-source', source);
      response.end(String(value));
    },
    (error: unknown) => {
      response.statusCode = 500;
      response.end(String(error));
    },
  );
});
// Longer than any reader's connection rests: one that is closed by the server in the moment in which
// it is used again would count as a failed request.
server.keepAliveTimeout = 60_000;
server.listen(Number(PORT), '127.0.0.1', () => {
  process.send?.('listening');
});

// What the figures of the soak are made of.
process.on('message', () => {
  global.gc?.();
  process.send?.({
    rss: process.memoryUsage().rss,
    heap: process.memoryUsage().heapUsed,
    resources: process.getActiveResourcesInfo().length,
  });
});
