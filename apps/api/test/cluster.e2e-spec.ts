import { beforeAll, describe, expect, it } from '@jest/globals';
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

const PATH = `/stats/user/${IDS.usuario}`;
const read = () => api.get(PATH, { as: 'usuario' });

describe('The API on a Redis Cluster', () => {
  it('the API on a Cluster caches, and says how many shards are proved fresh', async () => {
    await untilHit(read);
    const { body } = await api.get('/cache/stats', { as: 'admin' });
    expect(body).toMatchObject({ connected: true, store: 'redis' });
    const ready = await api.get('//health/ready');
    expect(ready.body.info.cache).toMatchObject({ shards: { all: 12 } });
  });

  it('the API on a Cluster answers every read and write of a failover that loses a removal', async () => {
    await untilHit(read);
    let total = Number((await read()).body.total_tareas);
    const masters = cluster.nodes.slice(0, 3);
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
