import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from 'redis';
import { startRedis, type RedisServer } from './redis-server.js';

const MASTER_NAME = 'mymaster';

export interface SentinelSetOptions {
  /** Default 3; a majority of them has to agree. */
  sentinels?: number;
  /** Of the master and the replica. Default: none. */
  password?: string;
  /** Of the Sentinels. Default: none. */
  sentinelPassword?: string;
}

/** A master with one replica, and the Sentinels that watch them: every one a process of its own. */
export interface SentinelSet {
  /** The first master and its replica; which is which changes with a failover. */
  readonly servers: readonly [RedisServer, RedisServer];
  readonly sentinels: readonly RedisServer[];
  /** The nodes as settings name them. */
  readonly nodes: readonly { host: string; port: number }[];
  /** `host:port` of the master, as the first Sentinel that runs names it. */
  master(): Promise<string>;
  /** A command to one of the servers or Sentinels. */
  command(server: RedisServer, ...words: string[]): Promise<unknown>;
  /** Resolves when a Sentinel announces another master (`+switch-master`), with its port. */
  nextSwitch(): Promise<number>;
  stop(): Promise<void>;
}

/** Quick to notice and quick to act; a production set waits longer. */
const DOWN_AFTER_MS = 500;

export async function startSentinels(options: SentinelSetOptions = {}): Promise<SentinelSet> {
  const { sentinels: count = 3, password, sentinelPassword } = options;
  const secret: Record<string, string> =
    password === undefined ? {} : { requirepass: password, masterauth: password };
  // The replica gets its copy at once instead of with others that might come.
  const config = { ...secret, 'repl-diskless-sync-delay': '0' };
  const first = await startRedis({ config });
  const second = await startRedis({ config: { ...config, replicaof: `127.0.0.1 ${first.port}` } });
  const servers = [first, second] as const;
  await untilText(second, ['INFO', 'replication'], /master_link_status:up/);
  const quorum = Math.floor(count / 2) + 1;
  const sentinels = await Promise.all(
    Array.from({ length: count }, () =>
      startRedis({
        sentinel: true,
        config: {
          'sentinel monitor': `${MASTER_NAME} 127.0.0.1 ${first.port} ${quorum}`,
          'sentinel down-after-milliseconds': `${MASTER_NAME} ${DOWN_AFTER_MS}`,
          'sentinel failover-timeout': `${MASTER_NAME} 3000`,
          ...(password === undefined ? {} : { 'sentinel auth-pass': `${MASTER_NAME} ${password}` }),
          ...(sentinelPassword === undefined
            ? {}
            : { requirepass: sentinelPassword, 'sentinel sentinel-pass': sentinelPassword }),
        },
      }),
    ),
  );
  const complete = new RegExp(`slaves=1,sentinels=${count}$`, 'm');
  for (const sentinel of sentinels) await untilText(sentinel, ['INFO', 'sentinel'], complete);
  return {
    servers,
    sentinels,
    nodes: sentinels.map(({ port }) => ({ host: '127.0.0.1', port })),
    master: async () => {
      const [running] = sentinels.filter(({ pid }) => pid !== undefined);
      if (running === undefined) throw new Error('no Sentinel runs');
      const address = await ask(running, ['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', MASTER_NAME]);
      return (address as string[]).join(':');
    },
    command: (server, ...words) => ask(server, words),
    nextSwitch: () => nextSwitch(sentinels),
    stop: async () => {
      const all = [...sentinels, ...servers];
      await Promise.all(all.map((server) => server.kill('SIGCONT')));
      await Promise.all(all.map((server) => server.stop()));
    },
  };
}

async function ask(server: RedisServer, words: readonly string[]): Promise<unknown> {
  const client = createClient({ url: server.url, disableClientInfo: true });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await client.sendCommand([...words]);
  } finally {
    client.destroy();
  }
}

async function untilText(server: RedisServer, words: string[], sign: RegExp): Promise<void> {
  // Lines end with \r\n, which `$` does not match before.
  while (!sign.test(String(await ask(server, words)).replaceAll('\r', ''))) await sleep(50);
}

async function nextSwitch(sentinels: readonly RedisServer[]): Promise<number> {
  const running = sentinels.filter(({ pid }) => pid !== undefined);
  const clients = running.map(({ url }) => createClient({ url, disableClientInfo: true }));
  try {
    return await new Promise<number>((resolve, reject) => {
      for (const client of clients) {
        client.on('error', () => undefined);
        client
          .connect()
          .then(() =>
            client.subscribe('+switch-master', (message) => {
              // name, old host, old port, new host, new port
              resolve(Number(message.split(' ')[4]));
            }),
          )
          .catch(reject);
      }
    });
  } finally {
    for (const client of clients) client.destroy();
  }
}
