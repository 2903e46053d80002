import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startCluster, type RedisCluster } from '../../../test/servers/redis-cluster.js';
import { IDS, TestApi } from './support/api.js';
import { collectLeaks } from './support/leaks.js';
import { createTarea } from './support/new-tarea.js';
import { untilHit } from './support/until-hit.js';

let cluster: RedisCluster;
let api: TestApi;
collectLeaks(async () => {
  await api.stop();
  await cluster.stop();
});

beforeAll(async () => {
  cluster = await startCluster();
  api = await TestApi.start('embedded', {
    REDIS_CLUSTER: cluster.addresses.map(({ host, port }) => `${host}:${port}`).join(','),
    REDIS_CLUSTER_SHARDS: '12',
    CACHE_DEADLINE_MS: '500',
  });
  for (const role of ['admin', 'usuario'] as const) await api.login(role);
});

afterEach(() => cluster.heal());

const PATH = `/stats/user/${IDS.usuario}`;
const read = () => api.get(PATH, { as: 'usuario' });

interface Found {
  readonly severity: string;
  readonly seen: string;
  readonly fix: string | null;
}

/** A diagnosis that begins after the call; one is kept for five seconds. */
async function diagnosis(): Promise<(id: string) => Found | undefined> {
  const since = Date.now();
  for (;;) {
    const { body } = await api.get('/cache/doctor?lang=en', { as: 'admin' });
    const findings = body.findings as readonly (Found & { readonly id: string })[];
    if (Date.parse(String(body.at)) >= since) return (id) => findings.find((f) => f.id === id);
    await sleep(100);
  }
}

describe('The API on a Redis Cluster', () => {
  it('the API on a Cluster caches, and says how many shards are proved fresh', async () => {
    await untilHit(read);
    const { body } = await api.get('/cache/stats', { as: 'admin' });
    expect(body).toMatchObject({ connected: true, store: 'redis' });
    const ready = await api.get('//health/ready');
    expect(ready.body.info.cache).toMatchObject({ shards: { all: 12 } });
  });

  it('the doctor of the API on a Cluster looks at every master, and names those that are not right', async () => {
    const [, second, third] = cluster.nodes;
    if (second === undefined || third === undefined) throw new Error('there are too few masters');
    const [replica, other] = await Promise.all([second, third].map(cluster.replicaOf));
    const setting = 'cluster-require-full-coverage';
    await second.command('CONFIG', 'SET', setting, 'yes', 'maxmemory', '100mb');
    await replica?.server.kill('SIGKILL');
    let found = await diagnosis();
    const port = String(second.address.port);
    expect(found('cluster-coverage')).toMatchObject({
      seen: `127.0.0.1:${port}: ${setting} is yes.`,
      fix: `redis-cli -h 127.0.0.1 -p ${port} CONFIG SET ${setting} no`,
    });
    expect(found('cluster-replica')?.seen).toBe(`127.0.0.1:${port}: No replica follows it.`);
    expect(found('eviction-none')?.seen).toMatch(`127.0.0.1:${port}: maxmemory-policy is`);
    // The names of the other shards in a master's database are this cache's own.
    expect(found('shared-database')?.severity).toBe('pass');

    await second.command('CONFIG', 'SET', setting, 'no', 'maxmemory', '0');
    // With its replica, which would take over.
    for (const node of [other, third]) await node?.server.kill('SIGSTOP');
    found = await diagnosis();
    const lost = `127.0.0.1:${String(third.address.port)}`;
    expect(found('store-reachable')).toMatchObject({ severity: 'fail', fix: null });
    expect(found('store-reachable')?.seen).toMatch(new RegExp(`^${lost}: `));
    const { body: stats } = await api.get('/cache/stats', { as: 'admin' });
    expect(stats).toMatchObject({ connected: true, partial: true });
    const { body: keys } = await api.get('/cache/keys', { as: 'admin' });
    expect(keys).toMatchObject({ partial: true });
  });

  it('the API on a Cluster answers every read and write of a failover that loses a removal', async () => {
    await untilHit(read);
    let total = Number((await read()).body.total_tareas);
    const roles = await Promise.all(cluster.nodes.map((node) => node.command('ROLE')));
    const masters = cluster.nodes.filter((_, n) => String((roles[n] as unknown[])[0]) === 'master');
    for (const master of masters) {
      const replica = await cluster.replicaOf(master);
      await master.command('WAIT', '1', '1000');
      await cluster.cutReplication(master, replica);
      await createTarea(api, { delegado_usuario_id: IDS.usuario });
      total += 1;
      await cluster.failOver(master, replica);
      const answers = await Promise.all(Array.from({ length: 5 }, read));
      for (const { status, body } of answers) {
        expect({ status, total: body.total_tareas }).toEqual({ status: 200, total });
      }
      // By itself, and without a word to the callers.
      await untilHit(read);
      expect((await read()).body.total_tareas).toBe(total);
      await cluster.heal();
    }
  });
});
