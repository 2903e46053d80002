import { expect, it } from '@jest/globals';
import { IDS, onEveryCacheSetup } from './support/api.js';
import { createTarea } from './support/new-tarea.js';
import { storedHit } from './support/until-hit.js';

/** Every event × every cached view: after an acknowledged write the very next read is fresh. */
onEveryCacheSetup('freshness', (api) => {
  const PERIODS = [1, 7, 30, 90, 365];
  const USERS = [IDS.usuario, IDS.supervisor];

  const ask = (user: number, days: number, useCache: boolean) =>
    api().get(`/stats/user/${user}?days=${days}&use_cache=${useCache}`, { as: 'admin' });
  const read = async (user: number, days: number, useCache: boolean) => {
    const { body } = await ask(user, days, useCache);
    const { _cache, calculated_at: _when, ...content } = body;
    return { content, hit: _cache.hit as boolean };
  };
  /** Until all is served from the cache: the relay applies an earlier write once more. */
  const warm = async () => {
    for (let round = 0; ; round += 1) {
      const hits: boolean[] = [];
      for (const user of USERS)
        for (const days of PERIODS) hits.push((await read(user, days, true)).hit);
      if (hits.every((hit) => hit)) return;
      if (round === 100) throw new Error('the cache is not used');
    }
  };
  const expectFresh = async (users: number[]) => {
    for (const user of users) {
      for (const days of PERIODS) {
        const served = await read(user, days, true);
        expect(served.hit).toBe(false);
        expect(served.content).toEqual((await read(user, days, false)).content);
      }
    }
  };
  const create = async (delegado: number) =>
    (await createTarea(api(), { delegado_usuario_id: delegado })).id;
  const patch = async (id: number, body: object) => {
    expect((await api().patch(`/tareas/${id}`, { as: 'supervisor', body })).status).toBe(200);
  };

  it('tarea.created makes the next read fresh', async () => {
    await warm();
    await create(IDS.usuario);
    await expectFresh([IDS.usuario]);
    await storedHit(() => ask(IDS.supervisor, 30, true));
  });

  it('tarea.updated makes the next read fresh', async () => {
    const id = await create(IDS.usuario);
    await warm();
    await patch(id, { prioridad: 5 });
    await expectFresh([IDS.usuario]);
  });

  it('tarea.reassigned makes the next read fresh for both usuarios', async () => {
    const id = await create(IDS.usuario);
    await warm();
    await patch(id, { delegado_usuario_id: IDS.supervisor });
    await expectFresh(USERS);
  });

  it('tarea.status_changed makes the next read fresh, at each move', async () => {
    const id = await create(IDS.usuario);
    for (const estado of ['en_curso', 'pausada', 'en_curso', 'finalizada']) {
      await warm();
      await patch(id, { estado });
      await expectFresh([IDS.usuario]);
    }
  });

  it('tarea.deleted makes the next read fresh', async () => {
    const id = await create(IDS.usuario);
    await warm();
    expect((await api().delete(`/tareas/${id}`, { as: 'admin' })).status).toBe(204);
    await expectFresh([IDS.usuario]);
  });

  it('usuario.created, after the absence was cached, and usuario.deleted make the next read fresh', async () => {
    const status = async (id: number) =>
      (await api().get(`/stats/user/${id}`, { as: 'admin' })).status;
    const usuario = (n: number) => ({
      dni: `TEST-${n}`,
      nombre: 'Ana',
      apellido: 'Ruiz',
      email: `ana${n}@gad.test`,
      password: 'una-clave-larga',
    });
    const { body: first } = await api().post('/usuarios', { as: 'admin', body: usuario(1) });
    const next = first.id + 1;
    expect(await status(next)).toBe(404);
    const { body: second } = await api().post('/usuarios', { as: 'admin', body: usuario(2) });
    expect(second.id).toBe(next);
    expect(await status(next)).toBe(200);
    expect((await api().delete(`/usuarios/${next}`, { as: 'admin' })).status).toBe(204);
    expect(await status(next)).toBe(404);
  });

  it('a write that is refused publishes nothing', async () => {
    const id = await create(IDS.usuario);
    await warm();
    expect(
      (await api().patch(`/tareas/${id}`, { as: 'admin', body: { estado: 'finalizada' } })).status,
    ).toBe(409);
    await storedHit(() => ask(IDS.usuario, 30, true));
  });
});
