import { setTimeout as sleep } from 'node:timers/promises';
import { createClient, createCluster, RESP_TYPES } from 'redis';
import type { Command, RedisClientFactory } from '@gad/cache/store';
import type { RedisServer } from '../../../../test/servers/redis-server.js';
import { startRedis } from '../../../../test/servers/redis-server.js';

const SLOTS = 16_384;

/** Masters without replicas, each with its share of the slots. */
export interface RedisCluster {
  readonly urls: readonly string[];
  /** A command on every master. */
  everywhere(...words: string[]): Promise<unknown[]>;
  stop(): Promise<void>;
}

export async function startCluster(masters: number): Promise<RedisCluster> {
  const config = { 'cluster-enabled': 'yes', 'cluster-require-full-coverage': 'yes' };
  const servers: RedisServer[] = [];
  for (let n = 0; n < masters; n++) servers.push(await startRedis({ config }));
  const clients = servers.map(({ url }) => createClient({ url }));
  for (const client of clients) {
    client.on('error', () => undefined);
    await client.connect();
  }
  const everywhere = (...words: string[]): Promise<unknown[]> =>
    Promise.all(clients.map((client) => client.sendCommand(words)));
  const first = servers[0]?.port ?? 0;
  for (const [n, client] of clients.entries()) {
    const share = [n, n + 1].map((part) => Math.floor((part * SLOTS) / masters));
    const range = [String(share[0]), String((share[1] ?? 0) - 1)];
    await client.sendCommand(['CLUSTER', 'ADDSLOTSRANGE', ...range]);
    await client.sendCommand(['CLUSTER', 'MEET', '127.0.0.1', String(first)]);
  }
  while (!(await everywhere('CLUSTER', 'INFO')).every(isWhole(masters))) await sleep(50);
  return {
    urls: servers.map(({ url }) => url),
    everywhere,
    stop: async () => {
      for (const client of clients) client.destroy();
      await Promise.all(servers.map((server) => server.stop()));
    },
  };
}

function isWhole(masters: number): (info: unknown) => boolean {
  return (info) =>
    String(info).includes('cluster_state:ok') &&
    String(info).includes(`cluster_known_nodes:${masters}`);
}

/**
 * Clients over node-redis's Cluster client, which sends each command to the master of its first key.
 * Commands without a key (SCAN, INFO, …) go to the master of the prefix's own slot; the client
 * would send them to all.
 */
export function clusterClients(urls: readonly string[], prefix: string): RedisClientFactory {
  return () => {
    const cluster = createCluster({
      rootNodes: urls.map((url) => ({ url })),
      commandOptions: { timeout: 0 },
    });
    cluster.on('error', () => undefined);
    let ready: () => void = () => undefined;
    let slot: number | undefined;
    const send = async (command: Command, options?: object): Promise<unknown> => {
      const [verb = '', ...words] = command;
      const key = String(verb).startsWith('EVAL') ? words[2] : words[0];
      if (key !== undefined && !KEYLESS.includes(String(verb))) {
        return cluster.sendCommand(key, false, [...command], options);
      }
      const shard = cluster.slots[slot ?? 0];
      if (shard === undefined) throw new Error('The cluster is not connected');
      const master = await cluster.nodeClient(shard.master);
      return master.sendCommand([...command], options);
    };
    return {
      get isReady() {
        return slot !== undefined;
      },
      send: (command) => send(command),
      sendForBytes: (command) => send(command, BYTES),
      subscribe: async (channel, listener) => {
        await cluster.subscribe(channel, listener);
      },
      on: (event, listener) => {
        if (event === 'ready') ready = listener;
      },
      connect: () => {
        const connected = async (): Promise<void> => {
          await cluster.connect();
          slot = Number(await cluster.sendCommand(prefix, true, ['CLUSTER', 'KEYSLOT', prefix]));
          ready();
        };
        connected().catch(() => undefined);
      },
      close: () => cluster.close(),
      destroy: () => {
        slot = undefined;
        cluster.destroy();
      },
    };
  };
}

const KEYLESS = ['PING', 'INFO', 'DBSIZE', 'SCAN'];
const BYTES = { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } };
