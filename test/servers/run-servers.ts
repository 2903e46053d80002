import { startPostgres } from './postgres-server.js';
import { startRedis } from './redis-server.js';
import { findServerSources } from './server-source.js';
import type { TestServer } from './test-server.js';

const started: TestServer[] = [];

/**
 * Starts the servers that all suites of a run share and hands their URLs on in the environment,
 * which jest's workers inherit. A URL that is set already (`TEST_REDIS_URL`,
 * `TEST_DATABASE_URL`) is used as it is: that is how to test against another version.
 */
export async function startRunServers(): Promise<void> {
  const wanted = [
    { kind: 'redis' as const, variable: 'TEST_REDIS_URL', start: startRedis },
    { kind: 'postgres' as const, variable: 'TEST_DATABASE_URL', start: startPostgres },
  ].filter(({ variable }) => process.env[variable] === undefined);

  // First and for all kinds at once: two package installations side by side would collide.
  await findServerSources(wanted.map(({ kind }) => kind));
  // For the suites that ask for one; those say what is missing where it cannot be had.
  await findServerSources(['pgbouncer', 'nginx']).catch(() => undefined);
  const results = await Promise.allSettled(
    wanted.map(async ({ variable, start }) => {
      const server = await start();
      started.push(server);
      process.env[variable] = server.url;
    }),
  );
  for (const result of results) {
    if (result.status === 'rejected') {
      await stopRunServers();
      throw result.reason;
    }
  }
}

/** Ends what `startRunServers` has started. */
export async function stopRunServers(): Promise<void> {
  await Promise.all(started.splice(0).map((server) => server.stop()));
}
