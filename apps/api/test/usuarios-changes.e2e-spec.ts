import { describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { eq } from 'drizzle-orm';
import { Database } from '../src/database/database.js';
import { tareas, usuarios } from '../src/database/schema.js';
import { UsuariosService } from '../src/usuarios/usuarios.service.js';
import { IDS, onEveryDatabaseSetup, type Answer, type Role } from './support/api.js';
import { expectProblem } from './support/expect-problem.js';
import {
  login,
  meStatus,
  newUsuario,
  signedIn,
  tryLogin,
  usuarioFields,
} from './support/new-usuario.js';
import { errorFields, ids, INSTANT } from './support/read-answer.js';

onEveryDatabaseSetup('changes of usuarios', (api) => {
  const create = (body: unknown) => api().post('/usuarios', { as: 'admin', body });

  describe('PATCH /usuarios/{id}', () => {
    const patch = (id: number, body: unknown) =>
      api().patch(`/usuarios/${id}`, { as: 'admin', body });

    const read = async (id: number) =>
      (await api().get(`/usuarios/${id}`, { as: 'admin' })).body as Record<string, unknown>;

    it('PATCH /usuarios/{id} changes what it is given, and nothing else', async () => {
      const { id } = await newUsuario(api());
      const before = await read(id);
      const { dni, email } = usuarioFields();
      const changes = {
        dni,
        email,
        nombre: 'Ana',
        apellido: 'Díaz',
        telefono: '5555-0101',
        verificado: true,
      };
      const answer = await patch(id, changes);
      expect(answer).toMatchObject({ status: 200 });
      expect(answer.body).toEqual({
        ...before,
        ...changes,
        updated_at: expect.stringMatching(INSTANT),
      });
      const after = await read(id);
      expect(answer.body).toEqual(after);
      expect(String(after['updated_at']) > String(before['updated_at'])).toBe(true);
      expect((await patch(id, { telefono: null })).body).toMatchObject({
        telefono: null,
        nombre: 'Ana',
      });
    });

    it('PATCH /usuarios/{id} changes nothing when nothing is different', async () => {
      const { id, email } = await newUsuario(api());
      const before = await read(id);
      expect((await patch(id, {})).body).toEqual(before);
      expect((await patch(id, { email, rol: 'usuario' })).body).toEqual(before);
    });

    it.each([
      ['nombre', null],
      ['email', null],
      ['rol', null],
      ['verificado', 'true'],
      ['verificado', null],
      ['password', null],
      ['password', 'short'],
      ['dni', ''],
      ['current_password', 5],
      ['uuid', 'x'],
      ['deleted_at', null],
    ])('PATCH /usuarios/{id} refuses %s = %j', async (field, value) => {
      const answer = await patch(IDS.usuario, { [field]: value });
      expectProblem(answer, 400, 'VALIDATION_FAILED');
      expect(new Set(errorFields(answer))).toEqual(new Set([field]));
    });

    it('PATCH /usuarios/{id} refuses an e-mail or dni that another usuario has', async () => {
      const [one, other] = [await newUsuario(api()), await newUsuario(api())];
      for (const field of ['email', 'dni'] as const) {
        const answer = await patch(one.id, { [field]: other[field] });
        expectProblem(answer, 409, 'USUARIO_DUPLICATE');
        expect(errorFields(answer)).toEqual([field]);
      }
    });

    it('PATCH /usuarios/{id} is 404 for one that does not exist', async () => {
      expectProblem(await patch(2_000_000_000, { nombre: 'Ana' }), 404, 'USUARIO_NOT_FOUND');
    });

    it('PATCH /usuarios/{id} lets each usuario change their own e-mail and telefono, and log in with the new e-mail', async () => {
      const usuario = await newUsuario(api());
      const { email } = usuarioFields();
      const answer = await api().patch(`/usuarios/${usuario.id}`, {
        as: await signedIn(api(), usuario),
        body: { email, telefono: '5555-0102', current_password: usuario.password },
      });
      expect(answer).toMatchObject({ status: 200, body: { email, telefono: '5555-0102' } });
      await login(api(), { ...usuario, email });
    });

    it.each([
      { dni: '1' },
      { nombre: 'Otro' },
      { apellido: 'Otro' },
      { rol: 'admin' },
      { verificado: true },
      { telefono: '5555-0103', rol: 'usuario' },
    ])('lets only admins change %j, even of their own usuario', async (body) => {
      const usuario = await newUsuario(api(), 'supervisor');
      const answer = await api().patch(`/usuarios/${usuario.id}`, {
        as: await signedIn(api(), usuario),
        body,
      });
      expectProblem(answer, 403, 'FORBIDDEN');
      expect((await api().get(`/usuarios/${usuario.id}`, { as: 'admin' })).body).toMatchObject({
        rol: 'supervisor',
        telefono: null,
        verificado: false,
      });
    });

    it('PATCH /usuarios/{id} keeps the last admin an admin', async () => {
      expectProblem(await patch(IDS.admin, { rol: 'usuario' }), 409, 'USUARIO_LAST_ADMIN');
      const second = await newUsuario(api(), 'admin');
      expect(await patch(second.id, { rol: 'usuario' })).toMatchObject({ status: 200 });
    });
  });

  describe('a new password', () => {
    const next = 'otra tormenta de verano';

    it('a new password of one’s own needs the current one, and ends the other sesiones', async () => {
      const usuario = await newUsuario(api());
      const [here, there] = [await signedIn(api(), usuario), await signedIn(api(), usuario)];
      const change = (body: object) => api().patch(`/usuarios/${usuario.id}`, { as: here, body });

      for (const current of [{}, { current_password: 'wrong' }]) {
        const answer = await change({ password: next, ...current });
        expectProblem(answer, 400, 'VALIDATION_FAILED');
        expect(errorFields(answer)).toEqual(['current_password']);
      }
      expect(await meStatus(api(), there.token)).toBe(200);

      const changed = await change({ password: next, current_password: usuario.password });
      expect(changed).toMatchObject({ status: 200, body: { id: usuario.id } });
      expect(await meStatus(api(), here.token)).toBe(200);
      expect(await meStatus(api(), there.token)).toBe(401);
      expectProblem(
        await tryLogin(api(), usuario.email, usuario.password),
        401,
        'INVALID_CREDENTIALS',
      );
      expect(await tryLogin(api(), usuario.email, next)).toMatchObject({ status: 200 });
    });

    it('a new password of one’s own is asked for the current one also from an admin', async () => {
      const answer = await api().patch('/usuarios/1', { as: 'admin', body: { password: next } });
      expectProblem(answer, 400, 'VALIDATION_FAILED');
    });

    it('a new password cannot be used to guess the current one: that locks the account', async () => {
      const usuario = await newUsuario(api());
      const as = await signedIn(api(), usuario);
      const change = (current_password: string) =>
        api().patch(`/usuarios/${usuario.id}`, { as, body: { password: next, current_password } });
      for (let i = 0; i < 5; i += 1) expect(await change('wrong')).toMatchObject({ status: 400 });
      const answer = await change(usuario.password);
      expectProblem(answer, 423, 'ACCOUNT_LOCKED');
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(880);
      expectProblem(await tryLogin(api(), usuario.email, usuario.password), 423, 'ACCOUNT_LOCKED');
    });

    it('a new password set by an admin ends all sesiones and a lockout', async () => {
      const usuario = await newUsuario(api());
      const { access_token, refresh_token } = await login(api(), usuario);
      for (let i = 0; i < 5; i += 1) await tryLogin(api(), usuario.email, 'wrong');
      await api().patch(`/usuarios/${usuario.id}`, { as: 'admin', body: { password: next } });
      expect(await meStatus(api(), access_token)).toBe(401);
      expectProblem(
        await api().post('/auth/refresh', { body: { refresh_token } }),
        401,
        'REFRESH_TOKEN_INVALID',
      );
      expect(await tryLogin(api(), usuario.email, next)).toMatchObject({ status: 200 });
    });
  });

  describe('DELETE /usuarios/{id}', () => {
    const remove = (id: number, as: Role | { token: string } = 'admin') =>
      api().delete(`/usuarios/${id}`, { as });

    it('DELETE /usuarios/{id} removes the usuario from sight and frees dni and e-mail', async () => {
      const body = usuarioFields();
      const { id } = (await create(body)).body as { id: number };
      const answer = await remove(id);
      expect(answer).toMatchObject({ status: 204, body: '' });
      expectProblem(await api().get(`/usuarios/${id}`, { as: 'admin' }), 404, 'USUARIO_NOT_FOUND');
      expectProblem(await remove(id), 404, 'USUARIO_NOT_FOUND');
      expectProblem(
        await api().patch(`/usuarios/${id}`, { as: 'admin', body: { nombre: 'Ana' } }),
        404,
        'USUARIO_NOT_FOUND',
      );
      expect(await create(body)).toMatchObject({ status: 201 });
    });

    it('DELETE /usuarios/{id} refuses while tareas are open, and no longer once they are done', async () => {
      const { id } = await newUsuario(api());
      const tarea = await api().post('/tareas', {
        as: 'admin',
        body: {
          titulo: 'Ronda',
          tipo: 'patrullaje',
          prioridad: 3,
          inicio_programado: '2026-01-01T08:00:00Z',
          delegado_usuario_id: id,
        },
      });
      expect(tarea.status).toBe(201);
      expectProblem(await remove(id), 409, 'USUARIO_HAS_TAREAS');
      const path = `/tareas/${String((tarea.body as { id: number }).id)}`;
      expect(await api().patch(path, { as: 'admin', body: { estado: 'cancelada' } })).toMatchObject(
        { status: 200 },
      );
      expect(await remove(id)).toMatchObject({ status: 204 });
    });

    it('DELETE /usuarios/{id} waits for a transaction that is about to delegate a tarea', async () => {
      const { id } = await newUsuario(api());
      const database = api().app.get(Database, { strict: false });
      const service = api().app.get(UsuariosService, { strict: false });
      let settled = false;
      let removal: Promise<Answer> | undefined;
      await database.transaction(async (tx) => {
        expect(await service.findActive(id, tx)).toEqual({ id, rol: 'usuario' });
        removal = remove(id).finally(() => (settled = true));
        // Time enough for the deletion to pass, if anything let it.
        await delay(250);
        expect(settled).toBe(false);
        await tx.insert(tareas).values({
          codigo: `RACE-${id}`,
          titulo: 'Ronda',
          tipo: 'patrullaje',
          prioridad: 3,
          inicioProgramado: new Date(),
          delegadoUsuarioId: id,
          creadoPorUsuarioId: IDS.admin,
        });
      });
      if (!removal) throw new Error('the deletion was not sent');
      expectProblem(await removal, 409, 'USUARIO_HAS_TAREAS');
    });

    it('DELETE /usuarios/{id} is not for oneself', async () => {
      expectProblem(await remove(IDS.admin), 409, 'USUARIO_SELF_DELETE');
    });

    it('DELETE /usuarios/{id} leaves one of two admins who delete each other at the same moment', async () => {
      const db = api().app.get(Database, { strict: false }).db;
      const [one, two] = [await newUsuario(api(), 'admin'), await newUsuario(api(), 'admin')];
      const [asOne, asTwo] = [await signedIn(api(), one), await signedIn(api(), two)];
      const setDemoAdmin = (rol: Role) =>
        db.update(usuarios).set({ rol }).where(eq(usuarios.id, IDS.admin));
      await setDemoAdmin('usuario');
      try {
        const answers = await Promise.all([remove(two.id, asOne), remove(one.id, asTwo)]);
        const statuses = answers.map(({ status }) => status);
        expect(statuses).toContain(204);
        // The other one came too late in one of two ways: in the transaction, or at the door.
        expect([409, 401]).toContain(statuses.find((status) => status !== 204));
      } finally {
        await setDemoAdmin('admin');
      }
      const admins = await api().get('/usuarios?limit=100', { as: 'admin' });
      const left = ids(admins).filter((id) => id === one.id || id === two.id);
      expect(left).toHaveLength(1);
      await remove(Number(left[0]));
    });
  });
});
