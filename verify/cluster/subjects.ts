import { setTimeout as sleep } from 'node:timers/promises';
import type { CommitPosition } from '@gad/cache';
import { createCache } from '@gad/cache';
import type { RedisNode } from '@gad/cache/store';
import { silentLog } from '@gad/cache/store';
import { createCluster } from 'redis';
import type { World } from './world.js';

/** A process's cache on the Cluster. */
export interface ClusterProcess {
  /** A value of `undefined` is not stored. */
  get(key: string, load: () => Promise<unknown>): Promise<unknown>;
  /** Removes what a write made stale: a pattern, and the keys that it can match. */
  invalidate(pattern: string, keys: readonly string[], written: CommitPosition): Promise<void>;
  close(): Promise<void>;
}

export const SUBJECTS = ['gad', 'raw'] as const;

const TTL_SECONDS = 60;
/** A command without an answer for so long is taken for failed, as with ours. */
const COMMAND_MS = 100;
/** How long plain cache-aside tries to remove before it gives up. */
const REMOVAL_MS = 6_000;

/** @throws Error when there is no such subject */
export function openProcess(
  subject: string,
  nodes: readonly RedisNode[],
  shards: number,
  world: World,
): Promise<ClusterProcess> {
  if (subject === 'gad') return openGad(nodes, shards, world);
  if (subject === 'raw') return openRaw(nodes);
  throw new Error(`There is no subject ${subject}; there are ${SUBJECTS.join(', ')}.`);
}

async function openGad(
  nodes: readonly RedisNode[],
  shards: number,
  world: World,
): Promise<ClusterProcess> {
  const options = { prefix: 'gad:', places: ['stats:user:*'], deadlineMs: COMMAND_MS };
  const invalidationLog = world.log.reader();
  const redis = { cluster: { nodes, shards } };
  const cache = createCache({ ...options, redis, invalidationLog, warming: false }, silentLog);
  await cache.open();
  return {
    get: (key, load) => cache.getOrSet(key, load, { ttl: TTL_SECONDS }),
    invalidate: async (pattern, _, written) => void (await cache.invalidate(pattern, written)),
    close: () => cache.close(),
  };
}

/** Cache-aside as it is usually written; a removal that fails is tried again. */
async function openRaw(nodes: readonly RedisNode[]): Promise<ClusterProcess> {
  const rootNodes = nodes.map(({ host, port }) => ({ url: `redis://${host}:${port}` }));
  const client = createCluster({ rootNodes, commandOptions: { timeout: 0 } });
  client.on('error', () => undefined);
  await client.connect();
  const remove = async (key: string): Promise<void> => {
    const end = performance.now() + REMOVAL_MS;
    while (!(await within(client.del(key)).then(...YES))) {
      if (performance.now() > end) return;
      await sleep(20);
    }
  };
  return {
    get: async (key, load) => {
      const text = await within(client.get(key)).catch(() => null);
      if (typeof text === 'string') return JSON.parse(text) as unknown;
      const value = await load();
      if (value === undefined) return undefined;
      const stored = client.set(key, JSON.stringify(value), { EX: TTL_SECONDS });
      await within(stored).catch(() => undefined);
      return value;
    },
    invalidate: async (_, keys) => void (await Promise.all(keys.map(remove))),
    close: () => Promise.resolve(client.destroy()),
  };
}

const YES = [() => true, () => false] as const;

async function within<T>(work: Promise<T>): Promise<T> {
  const late = sleep(COMMAND_MS).then(() => Promise.reject(new Error('no answer in time')));
  return Promise.race([work, late]);
}
