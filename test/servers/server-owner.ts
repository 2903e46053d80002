import { startPostgres } from './postgres-server.js';
import { startRedis } from './redis-server.js';

// A program for a test to kill: it owns one server of each kind and waits for its end.
const servers = await Promise.all([startRedis(), startPostgres()]);
process.stdout.write(`${JSON.stringify(servers.map(({ port }) => port))}\n`);
setInterval(() => undefined, 60_000);
