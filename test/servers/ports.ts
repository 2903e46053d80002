import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

const LOWEST = 12_768;
const HIGHEST = 22_768;

/**
 * A TCP port that no process listens on, on the loopback interface.
 *
 * It lies below the range from which systems choose ports for outgoing connections (32768 on
 * Linux), so that a server which is down for a moment finds its port still free when it returns, and
 * so does that of a Redis Cluster's bus (port + 10000).
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const port = randomInt(LOWEST, HIGHEST);
    if (await isFree(port)) return port;
  }
  throw new Error(`no free TCP port between ${LOWEST} and ${HIGHEST}`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(false);
    });
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}
