import { beforeAll, describe, expect, it } from '@jest/globals';
import { startSentinels, type SentinelSet } from '../../../test/servers/redis-sentinels.js';
import { IDS, TestApi } from './support/api.js';
import { collectLeaks } from './support/leaks.js';
import { createTarea } from './support/new-tarea.js';
import { untilHit } from './support/until-hit.js';

const PASSWORDS = { password: 'of-the-servers', sentinelPassword: 'of-the-sentinels' };

let set: SentinelSet;
let api: TestApi;
collectLeaks(async () => {
  await api.stop();
  await set.stop();
});

beforeAll(async () => {
  set = await startSentinels(PASSWORDS);
  api = await TestApi.start('embedded', {
    REDIS_SENTINELS: set.nodes.map(({ host, port }) => `${host}:${port}`).join(','),
    REDIS_PASSWORD: PASSWORDS.password,
    REDIS_SENTINEL_PASSWORD: PASSWORDS.sentinelPassword,
    REDIS_DB: '3',
    CACHE_DEADLINE_MS: '500',
  });
  for (const role of ['admin', 'usuario'] as const) await api.login(role);
});

const PATH = `/stats/user/${IDS.usuario}`;
const read = () => api.get(PATH, { as: 'usuario' });

describe('The API behind Sentinel', () => {
  it('the API behind Sentinel caches in the chosen database of a master that asks for a password', async () => {
    await untilHit(read);
    const { body } = await api.get('/cache/stats', { as: 'admin' });
    expect(body).toMatchObject({ connected: true, store: 'redis' });
  });

  it('the API behind Sentinel answers every read and write of a failover, and each read after a write is fresh', async () => {
    await untilHit(read);
    const switched = set.nextSwitch();
    await set.servers[0].kill('SIGKILL');
    let done = false;
    void switched.then(() => (done = true));
    let total = Number((await read()).body.total_tareas);
    while (!done) {
      await createTarea(api, { delegado_usuario_id: IDS.usuario });
      total += 1;
      const answers = await Promise.all(Array.from({ length: 5 }, read));
      for (const { status, body } of answers) {
        expect({ status, total: body.total_tareas }).toEqual({ status: 200, total });
      }
    }
    expect(await switched).toBe(set.servers[1].port);
    // By itself, and without a word to the callers.
    await untilHit(read);
    expect((await read()).body.total_tareas).toBe(total);
  });
});
