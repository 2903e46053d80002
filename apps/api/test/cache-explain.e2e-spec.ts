import { beforeEach, expect, it } from '@jest/globals';
import { EMAILS, IDS, onEverySetup } from './support/api.js';
import { warm as warmPrincipal } from './support/cached-principals.js';
import { expectProblem } from './support/expect-problem.js';
import { apart, cacheOf, explain, explainOnce } from './support/explained.js';
import { Gate } from './support/gate.js';
import { createTarea } from './support/new-tarea.js';
import {
  login,
  newUsuario,
  usuarioFields,
  type NewUsuario,
  type Tokens,
} from './support/new-usuario.js';

const KEY = 'stats:user:2:days:30';

const sesionOf = ({ access_token: token }: Tokens): string => {
  const [, claims = ''] = token.split('.');
  return (JSON.parse(Buffer.from(claims, 'base64url').toString()) as { sid: string }).sid;
};

onEverySetup('GET /cache/explain/{key}', (api) => {
  const warm = async (user = 2): Promise<string> => {
    await apart();
    await api().get(`/stats/user/${user}?days=30`, { as: 'admin' });
    const key = `stats:user:${user}:days:30`;
    expect(await explain(api(), key)).toMatchObject({ state: 'present', why: null });
    await apart();
    return key;
  };
  const send = (method: string, path: string, id: string, body?: unknown) =>
    api().call(method, path, { as: 'supervisor', headers: { 'x-request-id': id }, body });
  const asAdmin = (method: string, path: string, id: string) =>
    api().call(method, path, { as: 'admin', headers: { 'x-request-id': id } });
  /** The answer for a key that an event of the supervisor removed. */
  const removedBy = (name: string, id: string, pattern: string) => ({
    state: 'absent',
    why: {
      ...{ cause: 'invalidated', certainty: 'proved', pattern },
      ...{ by: String(IDS.supervisor), request_id: id },
      event: {
        ...{ name, request_id: id, pattern },
        ...{ usuario_id: IDS.supervisor, usuario_email: EMAILS.supervisor },
      },
    },
    here: { served: false, reason: 'absent' },
  });
  beforeEach(async () => {
    await cacheOf(api()).clear();
    // From its first report on the board remembers, and only then is anything proved.
    await cacheOf(api()).fleet?.report();
  });

  it('GET /cache/explain/{key} is for admins, and takes a key and no query', async () => {
    expectProblem(await api().get(`/cache/explain/${KEY}`), 401, 'UNAUTHENTICATED');
    const others = await api().get(`/cache/explain/${KEY}`, { as: 'supervisor' });
    expectProblem(others, 403, 'FORBIDDEN');
    const path = `/cache/explain/${KEY}`;
    expectProblem(await asAdmin('GET', `${path}?x=1`, 'q'), 400, 'VALIDATION_FAILED');
    expectProblem(await asAdmin('GET', '/cache/explain/a%00', 'q'), 400, 'CACHE_KEY_INVALID');
    expect((await asAdmin('GET', path, 'q')).headers.get('cache-control')).toBe(
      'private, no-store',
    );
  });

  it('a present key is explained with its terms, its view and what invalidates it', async () => {
    await warm();
    const body = await explain(api(), `gad:${KEY}`);
    expect(body).toMatchObject({
      ...{ key: KEY, state: 'present', why: null, lease: null },
      entry: { ttl_ms: expect.any(Number), stale_ms: 0, bytes: expect.any(Number), codec: 'json' },
      here: { served: true, reason: null, local_copy: false },
      view: { pattern: 'stats:user:*:days:*', events: expect.arrayContaining(['tarea.updated']) },
    });
    expect(body.view.events).not.toContain('sesion.ended');
    expect(body.entry.ttl_ms).toBeLessThanOrEqual(300_000);
    expect(Math.abs(Date.parse(body.entry.stored_at) - Date.now())).toBeLessThan(60_000);
  });

  it('each event that removes statistics is named, with who wrote it and in which request', async () => {
    const pattern = 'stats:user:2:*';
    await warm();
    const created = await send('POST', '/tareas', 'e-created', {
      ...{ titulo: 'Ronda', tipo: 'patrullaje', prioridad: 3 },
      ...{ inicio_programado: '2026-12-01T20:00:00Z', delegado_usuario_id: 2 },
    });
    expect(await explain(api(), KEY)).toMatchObject(
      removedBy('tarea.created', 'e-created', pattern),
    );
    const path = `/tareas/${created.body.id}`;
    const changes = [
      ['tarea.updated', 'PATCH', { titulo: 'Otra ronda' }],
      ['tarea.status_changed', 'PATCH', { estado: 'en_curso' }],
      ['tarea.reassigned', 'PATCH', { delegado_usuario_id: 3 }],
    ] as const;
    for (const [name, method, body] of changes) {
      await warm();
      expect((await send(method, path, `e-${name}`, body)).status).toBe(200);
      expect(await explain(api(), KEY)).toMatchObject(removedBy(name, `e-${name}`, pattern));
    }
    const other = await warm(3);
    expect((await send('DELETE', path, 'e-deleted')).status).toBe(204);
    const deleted = removedBy('tarea.deleted', 'e-deleted', 'stats:user:3:*');
    expect(await explain(api(), other)).toMatchObject(deleted);
  });

  it('of several events since a value was stored, the one that removed it is named', async () => {
    const tarea = await createTarea(api());
    await warm();
    for (const id of ['first', 'second', 'third']) {
      await send('PATCH', `/tareas/${tarea.id}`, id, { titulo: `Ronda ${id}` });
    }
    expect((await explain(api(), KEY)).why).toMatchObject({
      ...{ certainty: 'proved', request_id: 'first', event: { name: 'tarea.updated' } },
    });
  });

  it('the events that change who is calling are named, also where a trigger wrote the last of them', async () => {
    const usuario = await newUsuario(api());
    const tokens = await login(api(), usuario);
    await apart();
    await warmPrincipal(api(), usuario, tokens);
    await apart();
    const key = `~~principal:${usuario.id}:${sesionOf(tokens)}`;
    expect(await explain(api(), key)).toMatchObject({
      state: 'present',
      view: { pattern: '~~principal:*:*', events: expect.arrayContaining(['sesion.ended']) },
    });
    await api().call('PATCH', `/usuarios/${usuario.id}`, {
      as: 'admin',
      headers: { 'x-request-id': 'e-role' },
      body: { rol: 'supervisor' },
    });
    expect((await explain(api(), key)).why).toMatchObject({
      ...{ cause: 'invalidated', certainty: 'proved', request_id: 'e-role' },
      event: { name: 'usuario.role_changed', usuario_id: IDS.admin },
    });
  });

  it('each event about a usuario or a sesion is named, with who wrote it and in which request', async () => {
    const by = async (
      name: string,
      act: (usuario: NewUsuario, tokens: Tokens, id: string) => Promise<{ status: number }>,
    ) => {
      const usuario = await newUsuario(api());
      const tokens = await login(api(), usuario);
      await apart();
      await warmPrincipal(api(), usuario, tokens);
      await cacheOf(api()).fleet?.report();
      await apart();
      // A usuario who is deleted loses the sesiones first, and so says the key of the principal.
      const key =
        name === 'usuario.deleted'
          ? `stats:user:${usuario.id}:days:30`
          : `~~principal:${usuario.id}:${sesionOf(tokens)}`;
      expect(await explain(api(), key)).toMatchObject({ state: 'present' });
      expect((await act(usuario, tokens, `u-${name}`)).status).toBeLessThan(300);
      const { why } = await explainOnce(api(), key, 'absent');
      expect([name, why]).toMatchObject([
        name,
        {
          ...{ cause: 'invalidated', certainty: 'proved', request_id: `u-${name}` },
          event: { name, request_id: `u-${name}` },
        },
      ]);
      return why.event.usuario_id as number | null;
    };
    const path = ({ id }: NewUsuario) => `/usuarios/${id}`;
    const change = (id: string, usuario: NewUsuario, body: unknown) =>
      api().call('PATCH', path(usuario), { as: 'admin', headers: { 'x-request-id': id }, body });
    const updated = await by('usuario.updated', (usuario, _, id) =>
      change(id, usuario, { apellido: 'Otro' }),
    );
    expect(updated).toBe(IDS.admin);
    await by('sesiones.ended', (usuario, _, id) =>
      change(id, usuario, { password: 'otra contraseña más larga' }),
    );
    const deleted = await by('usuario.deleted', (usuario, _, id) =>
      asAdmin('DELETE', path(usuario), id),
    );
    expect(deleted).toBe(IDS.admin);
    for (const [name, route] of [
      ['sesion.renewed', '/auth/refresh'],
      ['sesion.ended', '/auth/logout'],
    ] as const) {
      await by(name, (_, tokens, id) =>
        api().post(route, {
          as: { token: tokens.access_token },
          headers: { 'x-request-id': id },
          body: { refresh_token: tokens.refresh_token },
        }),
      );
    }
  });

  it('that a usuario came to be is named where it was remembered that there was none', async () => {
    const { id } = await newUsuario(api());
    await apart();
    const missing = await api().get(`/stats/user/${id + 1}?days=30`, { as: 'admin' });
    expect(missing.status).toBe(404);
    await cacheOf(api()).fleet?.report();
    await apart();
    const body = { ...usuarioFields(), rol: 'usuario' };
    const headers = { 'x-request-id': 'u-created' };
    const created = await api().post('/usuarios', { as: 'admin', headers, body });
    expect(created.body.id).toBe(id + 1);
    const { why } = await explainOnce(api(), `stats:user:${id + 1}:days:30`, 'absent');
    expect(why).toMatchObject({
      ...{ cause: 'invalidated', certainty: 'proved', request_id: 'u-created' },
      event: { name: 'usuario.created', usuario_id: IDS.admin },
    });
  });

  it('what an admin removed is explained by who and in which request', async () => {
    await warm();
    await asAdmin('POST', `/cache/invalidate/${KEY}`, 'x-key');
    const by = String(IDS.admin);
    const proved = { cause: 'invalidated', certainty: 'proved', by, event: null };
    expect((await explain(api(), KEY)).why).toMatchObject({ ...proved, request_id: 'x-key' });
    await warm();
    await asAdmin('POST', '/cache/invalidate-pattern/stats:*', 'x-pattern');
    expect((await explain(api(), KEY)).why).toMatchObject({
      ...{ ...proved, request_id: 'x-pattern', pattern: 'stats:*' },
    });
    await warm();
    await asAdmin('POST', '/cache/clear', 'x-clear');
    expect((await explain(api(), KEY)).why).toMatchObject({
      ...{ ...proved, cause: 'cleared', request_id: 'x-clear' },
    });
  });

  it('what the application removed is explained, without anyone', async () => {
    await warm();
    await cacheOf(api()).delete(KEY);
    const { why, journal } = await explain(api(), KEY);
    expect(why).toMatchObject({
      cause: 'invalidated',
      certainty: 'proved',
      by: null,
      pattern: KEY,
    });
    expect(journal[0]).toMatchObject({ kind: 'removal', cause: 'code', subject: KEY });
  });

  it('a value that was not stored because it was invalidated while it loaded is explained', async () => {
    const cache = cacheOf(api());
    await cache.getOrSet('report:1', async () => {
      await cache.delete('report:1');
      return 'old';
    });
    expect(await explain(api(), 'report:1')).toMatchObject({
      state: 'absent',
      why: { cause: 'refused_fill', certainty: 'proved' },
    });
  });

  it('a value whose time has passed is said to have expired, and that is not said to be proved', async () => {
    await cacheOf(api()).set('report:2', 1, { ttl: 1 });
    const { why } = await explainOnce(api(), 'report:2', 'absent');
    expect(why).toMatchObject({ cause: 'expired', certainty: 'likely', by: null, event: null });
    expect(Date.parse(why.at)).toBeLessThanOrEqual(Date.now());
  });

  it('a key that was never stored is said to be one, whatever was removed meanwhile', async () => {
    await asAdmin('POST', '/cache/invalidate-pattern/report:*', 'n-pattern');
    expect(await explain(api(), 'report:3')).toMatchObject({
      ...{ state: 'absent', why: { cause: 'never_stored', certainty: 'likely' }, view: null },
    });
  });

  it('a key that is being loaded is leased, since when and for how long', async () => {
    const [begun, gate] = [new Gate(), new Gate()];
    const load = cacheOf(api()).getOrSet('report:4', async () => {
      begun.open();
      await gate.opened;
      return 1;
    });
    await begun.opened;
    const { state, lease, here } = await explain(api(), 'report:4');
    gate.open();
    await load;
    expect([state, here.reason]).toEqual(['leased', 'leased']);
    expect(lease.ttl_ms).toBeGreaterThan(0);
    expect(Math.abs(Date.parse(lease.since) - Date.now())).toBeLessThan(60_000);
  });

  it('a value past its ttl that is kept for readers who accept it is stale', async () => {
    const options = { ttl: 1, staleWhileRevalidate: 60 };
    await cacheOf(api()).getOrSet('report:5', () => 1, options);
    expect(await explainOnce(api(), 'report:5', 'stale')).toMatchObject({
      ...{ why: null, entry: { ttl_ms: 0, stale_ms: 60_000 }, here: { reason: 'stale' } },
    });
  });
});
