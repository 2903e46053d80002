import { strict as assert } from 'node:assert';
import { startRedis } from './redis-server.js';

// A program for a test to run: the whole life of one server, whatever runs it.
const server = await startRedis();
assert.match(server.url, /^redis:\/\/127\.0\.0\.1:\d+$/);
await server.kill('SIGSTOP');
await server.kill('SIGCONT');
await server.kill('SIGKILL');
await server.restart();
await server.stop();
