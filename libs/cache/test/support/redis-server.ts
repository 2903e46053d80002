import { afterAll, beforeAll } from '@jest/globals';
import { createClient } from 'redis';
import { startRedis as startTestRedis } from '../../../../test/servers/redis-server.js';
import type { RedisServer as TestServer } from '../../../../test/servers/redis-server.js';

/** A Redis of one test file's own, with a line to it from outside the library. */
export interface RedisServer {
  readonly url: string;
  command(...args: string[]): Promise<unknown>;
  /** Stops the process, as a frozen server stops; its connections stay open. */
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  /** Ends the process at once. */
  kill(): Promise<void>;
  /** Starts it again on the same port, empty or from its snapshot if one was saved. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** @param config directives of its configuration. Default: those of every test server */
export async function startRedis(
  config: Readonly<Record<string, string>> = {},
): Promise<RedisServer> {
  const server = await startTestRedis({ config });
  const control = createClient({ url: server.url, disableOfflineQueue: true });
  control.on('error', () => undefined);
  await control.connect();
  const ready = async (): Promise<void> => {
    while (!control.isReady) await new Promise((resolve) => setImmediate(resolve));
  };
  return {
    ...controlsOf(server),
    command: (...args) => control.sendCommand(args),
    start: async () => {
      await server.restart();
      await ready();
    },
    stop: () => {
      control.destroy();
      return server.stop();
    },
  };
}

/** Where a server is, and what its process can be made to do. */
export function controlsOf(
  server: TestServer,
): Pick<RedisServer, 'url' | 'freeze' | 'thaw' | 'kill'> {
  return {
    url: server.url,
    freeze: () => server.kill('SIGSTOP'),
    thaw: () => server.kill('SIGCONT'),
    kill: () => server.kill('SIGKILL'),
  };
}

/** A Redis of the file's own: started before its tests and stopped behind them. */
export function redisForTests(): RedisServer {
  let running: RedisServer;
  beforeAll(async () => {
    running = await startRedis();
  });
  afterAll(() => running.stop());
  return {
    get url() {
      return running.url;
    },
    command: (...args) => running.command(...args),
    freeze: () => running.freeze(),
    thaw: () => running.thaw(),
    kill: () => running.kill(),
    start: () => running.start(),
    stop: () => running.stop(),
  };
}
