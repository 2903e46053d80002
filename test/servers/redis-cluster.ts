import { setTimeout as sleep } from 'node:timers/promises';
import { createClient, type RedisClientType } from 'redis';
import { startRedis, type RedisServer } from './redis-server.js';

const SLOTS = 16_384;

export interface RedisClusterOptions {
  /** Default 3. */
  masters?: number;
  /** Of each master. Default 1. */
  replicas?: number;
  /** Directives of redis.conf for every node. Default: none. */
  config?: Readonly<Record<string, string>>;
}

/** One node of the Cluster, a process of its own. */
export interface ClusterServer {
  readonly server: RedisServer;
  /** Its id in the Cluster. */
  readonly id: string;
  readonly address: { readonly host: string; readonly port: number };
  command(...words: string[]): Promise<unknown>;
  /** Ends the connection of `command`. */
  hangUp(): void;
}

/** How a slot is moved. */
export interface Move {
  /** Names that travel together. Default 10. */
  batch?: number;
  /** Awaited after each batch and before the slot is handed over. Default: nothing. */
  pace?: (moved: number) => Promise<void>;
  /** The order in which names travel. Default: the server's. */
  order?: (names: string[]) => string[];
  /** Awaited before each node learns of the new owner, which does first. Default: nothing. */
  beforeLearning?: (node: ClusterServer) => Promise<void>;
}

/** Masters, each with its share of the slots, and replicas. */
export interface RedisCluster {
  /** Masters first; which is one changes with a failover. */
  readonly nodes: readonly ClusterServer[];
  readonly addresses: readonly { readonly host: string; readonly port: number }[];
  /** A command to every node that runs and is a master. */
  everywhere(...words: string[]): Promise<unknown[]>;
  ownerOf(slot: number): Promise<ClusterServer>;
  replicaOf(master: ClusterServer): Promise<ClusterServer>;
  /** Freezes the replica and cuts the master's connection to it: what follows is lost by a promotion. */
  cutReplication(master: ClusterServer, replica: ClusterServer): Promise<void>;
  /** Makes a replica the master of its slots, without the consent of the old one. */
  promote(replica: ClusterServer): Promise<void>;
  /** Kills the master and promotes its replica, which is thawed if it is frozen. */
  failOver(master: ClusterServer, replica: ClusterServer): Promise<void>;
  /** Moves a slot name by name, as `redis-cli --cluster reshard` does. */
  move(slot: number, to: ClusterServer, how?: Move): Promise<void>;
  /** Thaws and starts again what does not run; resolves when a node that runs calls none failed and no master empty. */
  revive(node: ClusterServer): Promise<void>;
  /** Thaws and starts again what does not run; resolves when replicas follow and all agree on slots and nodes. */
  heal(): Promise<void>;
  stop(): Promise<void>;
}

/** Quick to notice; a production cluster waits longer. */
const NODE_TIMEOUT_MS = 1_000;
const CONFIG = {
  'cluster-enabled': 'yes',
  'cluster-node-timeout': String(NODE_TIMEOUT_MS),
  'cluster-require-full-coverage': 'no',
  'cluster-replica-validity-factor': '0',
  'repl-diskless-sync-delay': '0',
};

export async function startCluster(options: RedisClusterOptions = {}): Promise<RedisCluster> {
  const { masters = 3, replicas = 1 } = options;
  const count = masters * (1 + replicas);
  const nodes = await Promise.all(
    Array.from({ length: count }, () => startClusterNode(options.config)),
  );
  const heads = nodes.slice(0, masters);
  for (const [n, node] of heads.entries()) {
    const [first, end] = [n, n + 1].map((part) => Math.round((part * SLOTS) / masters));
    await node.command('CLUSTER', 'ADDSLOTSRANGE', String(first), String((end ?? 0) - 1));
    await node.command('CLUSTER', 'SET-CONFIG-EPOCH', String(n + 1));
    if (n > 0) await meet(node, heads[0]);
  }
  for (const node of nodes.slice(masters)) await meet(node, heads[0]);
  const all = (words: string[], sign: RegExp): Promise<void> => untilAll(nodes, words, sign);
  await all(['CLUSTER', 'INFO'], new RegExp(`cluster_known_nodes:${count}\\b`));
  for (const [n, node] of nodes.slice(masters).entries()) {
    const master = heads[n % masters]?.id ?? '';
    while (!(await node.command('CLUSTER', 'REPLICATE', master).then(...YES))) await sleep(50);
  }
  await all(['CLUSTER', 'INFO'], /cluster_state:ok/);
  await untilAll(nodes.slice(masters), ['INFO', 'replication'], /master_link_status:up/);
  return controls(nodes);
}

/** A node that knows no other yet. */
export async function startClusterNode(
  config: RedisClusterOptions['config'] = {},
): Promise<ClusterServer> {
  return nodeOf(await startRedis({ config: { ...CONFIG, ...config } }));
}

const YES = [() => true, () => false] as const;

async function nodeOf(server: RedisServer): Promise<ClusterServer> {
  const line = new CommandLine(server.url);
  const command = (...words: string[]): Promise<unknown> => line.send(words);
  const id = String(await command('CLUSTER', 'MYID'));
  const address = { host: '127.0.0.1', port: server.port };
  return { server, id, address, command, hangUp: () => line.close() };
}

/** One connection for all commands; the next command after its end makes another. */
class CommandLine {
  #client: Promise<RedisClientType> | undefined;

  constructor(private readonly url: string) {}

  async send(words: string[]): Promise<unknown> {
    this.#client ??= this.#connect();
    const client = await this.#client;
    return client.sendCommand(words);
  }

  close(): void {
    this.#client?.then(
      (client) => client.destroy(),
      () => undefined,
    );
    this.#client = undefined;
  }

  async #connect(): Promise<RedisClientType> {
    const socket = { reconnectStrategy: false } as const;
    const client = createClient({ url: this.url, disableClientInfo: true, socket });
    const lost = (): void => void (this.#client = undefined);
    client.on('error', lost);
    client.on('end', lost);
    return client.connect();
  }
}

async function meet(node: ClusterServer, other: ClusterServer | undefined): Promise<void> {
  await node.command('CLUSTER', 'MEET', '127.0.0.1', String(other?.server.port));
}

async function untilAll(
  nodes: readonly ClusterServer[],
  words: readonly string[],
  sign: RegExp,
): Promise<void> {
  for (const node of nodes) {
    while (!sign.test(String(await node.command(...words)))) await sleep(20);
  }
}

function controls(nodes: readonly ClusterServer[]): RedisCluster {
  const running = (): ClusterServer[] => nodes.filter(({ server }) => server.pid !== undefined);
  const byId = (id: string | undefined): ClusterServer => {
    const found = nodes.find((node) => node.id === id);
    if (found === undefined) throw new Error('no node of the cluster has this id');
    return found;
  };
  const view = async (): Promise<string[][]> => {
    const [first] = running();
    return first === undefined ? [] : linesOf(first);
  };
  const ownerOf = async (slot: number): Promise<ClusterServer> => {
    const claims = (await view()).filter((line) => owns(line, slot) && !line[2]?.includes('fail'));
    return byId(claims.sort((a, b) => Number(b[6]) - Number(a[6]))[0]?.[0]);
  };
  const promote = async (replica: ClusterServer): Promise<void> => {
    await replica.command('CLUSTER', 'FAILOVER', 'TAKEOVER');
    await untilAll([replica], ['INFO', 'replication'], /role:master/);
  };
  const startAll = async (): Promise<void> => {
    await Promise.all(
      nodes.map(async ({ server }) => {
        await server.kill('SIGCONT');
        if (server.pid === undefined) await server.restart();
      }),
    );
  };
  return {
    nodes,
    addresses: nodes.map(({ address }) => address),
    everywhere: async (...words) => {
      const roles = await Promise.all(running().map((node) => node.command('ROLE')));
      const masters = running().filter((_, n) => String((roles[n] as unknown[])[0]) === 'master');
      return Promise.all(masters.map((node) => node.command(...words)));
    },
    ownerOf,
    replicaOf: async (master) => byId((await view()).find((line) => line[3] === master.id)?.[0]),
    cutReplication: async (master, replica) => {
      await replica.server.kill('SIGSTOP');
      await master.command('CLIENT', 'KILL', 'TYPE', 'replica');
    },
    promote,
    failOver: async (master, replica) => {
      await master.server.kill('SIGKILL');
      await replica.server.kill('SIGCONT');
      await promote(replica);
    },
    move: async (slot, to, how) => moveSlot(slot, await ownerOf(slot), to, running(), how),
    revive: async (node) => {
      await startAll();
      while ((await linesOf(node)).some(isUnsettled)) await sleep(20);
    },
    heal: async () => {
      await startAll();
      const settled = async (): Promise<boolean> => {
        const views = await Promise.all(nodes.map(linesOf));
        return !views.flat().some(isUnsettled) && new Set(views.map(shapeOf)).size === 1;
      };
      while (!(await settled())) await sleep(20);
      await untilAll(nodes, ['INFO', 'replication'], /role:master|master_link_status:up/);
      await untilAll(nodes, ['CLUSTER', 'INFO'], /cluster_state:ok/);
    },
    stop: async () => {
      for (const node of nodes) node.hangUp();
      await Promise.all(nodes.map(({ server }) => server.kill('SIGCONT')));
      await Promise.all(nodes.map(({ server }) => server.stop()));
    },
  };
}

/** What a node says of all that it knows, itself included. */
export async function linesOf(node: ClusterServer): Promise<string[][]> {
  const lines = String(await node.command('CLUSTER', 'NODES'))
    .trim()
    .split('\n');
  return lines.map((line) => line.split(' '));
}

function owns(line: readonly string[], slot: number): boolean {
  return line.slice(8).some((range) => {
    const [first = NaN, last = first] = range.split('-').map(Number);
    return slot >= first && slot <= last;
  });
}

/** An old master that comes back has no slots until it follows the new one. */
const isUnsettled = (line: readonly string[]): boolean =>
  /\bfail\b/.test(line[2] ?? '') || (line[3] === '-' && slotsOf(line).length === 0);

/** What a node knows of the others: of each its master or `-`, and its slots. */
export const shapeOf = (lines: readonly string[][]): string =>
  lines
    .map((line) => [line[0], line[3], ...slotsOf(line)].join(' '))
    .sort()
    .join('\n');

/** Without marks of moves that were begun, which only their nodes have. */
const slotsOf = (line: readonly string[]): string[] =>
  line.slice(8).filter((slot) => !slot.startsWith('['));

async function moveSlot(
  slot: number,
  from: ClusterServer,
  to: ClusterServer,
  others: readonly ClusterServer[],
  how: Move = {},
): Promise<void> {
  if (from === to) throw new Error('the slot is there already');
  const { batch = 10, pace, order = (names) => names, beforeLearning } = how;
  const at = String(slot);
  await to.command('CLUSTER', 'SETSLOT', at, 'IMPORTING', from.id);
  try {
    await from.command('CLUSTER', 'SETSLOT', at, 'MIGRATING', to.id);
  } catch (error) {
    // The owner has just lost it by a failover: nothing may look like a move.
    await to.command('CLUSTER', 'SETSLOT', at, 'STABLE');
    throw error;
  }
  for (let moved = 0; ;) {
    const names = order(await namesIn(from, at)).slice(0, batch);
    if (names.length === 0) break;
    const target = ['127.0.0.1', String(to.server.port), '', '0', '5000', 'REPLACE', 'KEYS'];
    await from.command('MIGRATE', ...target, ...names);
    moved += names.length;
    await pace?.(moved);
  }
  for (const node of new Set([to, from, ...others])) {
    await beforeLearning?.(node);
    await node.command('CLUSTER', 'SETSLOT', at, 'NODE', to.id).catch(() => undefined);
  }
}

async function namesIn(node: ClusterServer, slot: string): Promise<string[]> {
  return (await node.command('CLUSTER', 'GETKEYSINSLOT', slot, '100000')) as string[];
}
