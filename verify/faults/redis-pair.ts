import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from 'redis';
import { startRedis, type RedisServer } from '../../test/servers/redis-server.js';
import { startTcpProxy, type TcpProxy } from '../../test/servers/tcp-proxy.js';
import type { StoreHost } from './store-host.js';

/** Replication begins at once and not after the usual five seconds. */
const CONFIG = { 'repl-diskless-sync-delay': '0', 'lazyfree-lazy-eviction': 'yes' };

interface Node {
  readonly server: RedisServer;
  /** Where its dump lies. */
  readonly folder: string;
}

/** A Redis that serves and one that can take its place. */
export class RedisPair implements StoreHost {
  #proxy: TcpProxy | undefined;

  private constructor(
    private primary: Node,
    private standby: Node,
  ) {}

  static async start(this: void): Promise<RedisPair> {
    const [primary, standby] = await Promise.all([startNode(), startNode()]);
    return new RedisPair(primary, standby);
  }

  get ports(): readonly number[] {
    return [this.server.port];
  }

  variables([port]: readonly number[]): Readonly<Record<string, string>> {
    return { REDIS_URL: `redis://127.0.0.1:${String(port)}` };
  }

  takeOutages(): readonly [] {
    return [];
  }

  /** The one that serves. */
  get server(): RedisServer {
    return this.primary.server;
  }

  /** Runs commands on the one that serves, as a stranger with a connection of its own. */
  async command(...commands: readonly (readonly string[])[]): Promise<unknown[]> {
    return run(this.primary.server, commands);
  }

  /** Writes a dump and keeps a copy of it; the returned function puts it back for the next start. */
  async saveDump(): Promise<() => Promise<void>> {
    const { folder } = this.primary;
    await this.command(['SAVE']);
    await copyFile(join(folder, 'dump.rdb'), join(folder, 'old.rdb'));
    return () => copyFile(join(folder, 'old.rdb'), join(folder, 'dump.rdb'));
  }

  /** Has the next start find nothing. */
  async dropDump(): Promise<void> {
    await rm(join(this.primary.folder, 'dump.rdb'), { force: true });
  }

  /** Has the standby follow the one that serves, so many milliseconds behind it. */
  async follow(lagMs: number): Promise<void> {
    const proxy = await startTcpProxy(this.primary.server.port);
    this.#proxy = proxy;
    await run(this.standby.server, [['REPLICAOF', '127.0.0.1', String(proxy.port)]]);
    for (;;) {
      const [info] = await run(this.standby.server, [['INFO', 'replication']]);
      if (String(info).includes('master_link_status:up')) break;
      await sleep(20);
    }
    // As the documentation of replication advises: cut off from its replica, the primary confirms nothing.
    await this.command(['CONFIG', 'SET', 'min-replicas-to-write', '1']);
    proxy.become({ kind: 'delay', ms: lagMs });
  }

  /** Makes the standby the one that serves; what has not reached it by now never will. */
  async promote(): Promise<void> {
    await this.#proxy?.close();
    this.#proxy = undefined;
    await run(this.standby.server, [
      ['CONFIG', 'SET', 'min-replicas-to-write', '0'],
      ['REPLICAOF', 'NO', 'ONE'],
    ]);
    [this.primary, this.standby] = [this.standby, this.primary];
  }

  async close(): Promise<void> {
    await this.#proxy?.close();
    for (const { server, folder } of [this.primary, this.standby]) {
      await server.kill('SIGCONT');
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    }
  }
}

async function startNode(): Promise<Node> {
  const folder = await mkdtemp(join(tmpdir(), 'gad-faults-redis-'));
  return { folder, server: await startRedis({ dir: folder, config: CONFIG }) };
}

async function run(
  { url }: RedisServer,
  commands: readonly (readonly string[])[],
): Promise<unknown[]> {
  const client = createClient({ url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const answers: unknown[] = [];
    for (const command of commands) answers.push(await client.sendCommand([...command]));
    return answers;
  } finally {
    client.destroy();
  }
}
