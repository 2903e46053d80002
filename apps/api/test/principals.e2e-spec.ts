import { AsyncLocalStorage } from 'node:async_hooks';
import { expect, it, jest } from '@jest/globals';
import { AsyncScope } from '@gad/cache/store';
import { sql } from 'drizzle-orm';
import { PrincipalsRepository } from '../src/auth/principals/principals.repository.js';
import { SesionesService } from '../src/auth/sesiones/sesiones.service.js';
import { Database } from '../src/database/database.js';
import { DomainEventBus } from '../src/events/domain-event-bus.js';
import { requestContext } from '../src/logging/request-context.js';
import { StatisticsRepository } from '../src/statistics/statistics.repository.js';
import { onEveryCacheSetup, TestApi } from './support/api.js';
import { principals, statements, status, warm } from './support/cached-principals.js';
import { login, newUsuario } from './support/new-usuario.js';

onEveryCacheSetup('cached principals', (api) => {
  const make = async () => {
    const usuario = await newUsuario(api());
    return { usuario, tokens: await login(api(), usuario) };
  };
  const patch = (id: number, body: object) => api().patch(`/usuarios/${id}`, { as: 'admin', body });

  it('a hit of the statistics sends the database no statement', async () => {
    const { usuario, tokens } = await make();
    await warm(api(), usuario, tokens);
    expect(
      await statements(async () => {
        for (let times = 0; times < 20; times += 1)
          expect(await status(api(), usuario, tokens)).toBe(200);
      }),
    ).toEqual([]);
    // The control: what is counted is counted.
    expect(
      await statements(() => api().get('/auth/me', { as: { token: tokens.access_token } })),
    ).not.toEqual([]);
  });

  it('a logout closes the sesion for the next request, and no other', async () => {
    const { usuario, tokens } = await make();
    const other = await login(api(), usuario);
    await warm(api(), usuario, other);
    await warm(api(), usuario, tokens);
    const as = { token: tokens.access_token };
    expect((await api().post('/auth/logout', { as })).status).toBe(200);
    expect(await status(api(), usuario, tokens)).toBe(401);
    expect(await status(api(), usuario, other)).toBe(200);
  });

  it('a new role, a deletion and a password set by an admin hold from the next request on', async () => {
    const { usuario, tokens } = await make();
    const foreign = async () =>
      (await api().get('/stats/user/1', { as: { token: tokens.access_token } })).status;
    expect(await foreign()).toBe(403);
    await patch(usuario.id, { rol: 'supervisor' });
    expect(await foreign()).toBe(200);
    await warm(api(), usuario, tokens);
    await patch(usuario.id, { rol: 'usuario' });
    expect(await foreign()).toBe(403);
    await warm(api(), usuario, tokens);
    await patch(usuario.id, { password: 'una clave distinta' });
    expect(await status(api(), usuario, tokens)).toBe(401);
    const again = await login(api(), { ...usuario, password: 'una clave distinta' });
    await warm(api(), usuario, again);
    expect((await api().delete(`/usuarios/${usuario.id}`, { as: 'admin' })).status).toBe(204);
    expect(await status(api(), usuario, again)).toBe(401);
  });

  it('a refresh token that comes back closes its sesion, and a renewal leaves it open', async () => {
    const { usuario, tokens } = await make();
    const renew = () =>
      api().post('/auth/refresh', { body: { refresh_token: tokens.refresh_token } });
    await warm(api(), usuario, tokens);
    expect((await renew()).status).toBe(200);
    await warm(api(), usuario, tokens);
    expect((await renew()).status).toBe(401);
    expect(await status(api(), usuario, tokens)).toBe(401);
  });

  it('the oldest of too many sesiones is closed', async () => {
    const { usuario, tokens } = await make();
    await warm(api(), usuario, tokens);
    const sesiones = api().app.get(SesionesService, { strict: false });
    await api()
      .app.get(DomainEventBus, { strict: false })
      .transaction(async (tx, record) => {
        for (let more = 0; more < 50; more += 1) await sesiones.open(tx, record, usuario.id);
      });
    expect(await status(api(), usuario, tokens)).toBe(401);
  });

  it('a sesion that the database ends by its time is not kept open by the cache', async () => {
    const { usuario, tokens } = await make();
    const { db } = api().app.get(Database, { strict: false });
    await db.execute(
      sql`update sesiones set expires_at = now() + interval '2 seconds' where usuario_id = ${usuario.id}`,
    );
    for (let answer = 0; answer !== 401; answer = await status(api(), usuario, tokens)) {
      const { rows } = await db.execute<{ open: boolean }>(
        sql`select bool_or(expires_at > now() - interval '100 milliseconds') as open from sesiones where usuario_id = ${usuario.id}`,
      );
      expect(rows).toEqual([{ open: true }]);
    }
  });
});

it('with bounded consistency the database decides on every request', async () => {
  const api = await TestApi.start('servers', { CACHE_CONSISTENCY: 'bounded' });
  try {
    const usuario = await newUsuario(api);
    const tokens = await login(api, usuario);
    for (let times = 0; times < 5; times += 1) expect(await status(api, usuario, tokens)).toBe(200);
    expect(principals(api).counts.hits).toBe(0);
  } finally {
    await api.stop();
  }
});

it('a hit enters no async context, and what its database is asked on a miss runs in that of the request', async () => {
  const api = await TestApi.start('servers', { CACHE_LOG_LEVEL: 'off' });
  const asked: unknown[] = [];
  const note = () => asked.push(requestContext.getStore()?.requestId);
  const { read } = PrincipalsRepository.prototype;
  const { forUser } = StatisticsRepository.prototype;
  const spies = [
    jest.spyOn(PrincipalsRepository.prototype, 'read').mockImplementation(function (
      this: PrincipalsRepository,
      claims,
    ) {
      note();
      return read.call(this, claims);
    }),
    jest.spyOn(StatisticsRepository.prototype, 'forUser').mockImplementation(function (
      this: StatisticsRepository,
      userId,
      days,
    ) {
      note();
      return forUser.call(this, userId, days);
    }),
  ];
  const run = jest.spyOn(AsyncScope.prototype, 'run');
  try {
    const usuario = await newUsuario(api);
    const tokens = await login(api, usuario);
    await api.get(`/stats/user/${usuario.id}`, {
      as: { token: tokens.access_token },
      headers: { 'x-request-id': 'a-miss' },
    });
    expect(asked).toEqual(['a-miss', 'a-miss']);
    await warm(api, usuario, tokens);
    run.mockClear();
    for (let times = 0; times < 10; times += 1)
      expect(await status(api, usuario, tokens)).toBe(200);
    const entered = run.mock.calls.map(([store]) => Object.keys(Object(store)));
    expect(entered.filter((keys) => /requestId|budgets/.test(keys.join()))).toEqual([]);
  } finally {
    [...spies, run].forEach((spy) => spy.mockRestore());
    await api.stop();
  }
});

it('a handler that returns no promise leaves its async context, too', async () => {
  const api = await TestApi.start('servers');
  const entered = jest.spyOn(AsyncLocalStorage.prototype, 'run');
  const disabled = jest.spyOn(AsyncLocalStorage.prototype, 'disable');
  try {
    expect((await api.get('//docs-json')).status).toBe(200);
    const ofCalls = entered.mock.calls.findIndex(([store]) => 'budgets' in Object(store));
    const storage = entered.mock.contexts[ofCalls];
    expect(storage).toBeInstanceOf(AsyncLocalStorage);
    while (!disabled.mock.contexts.some((one) => one === storage))
      await new Promise((next) => setTimeout(next, 10));
  } finally {
    entered.mockRestore();
    disabled.mockRestore();
    await api.stop();
  }
});
