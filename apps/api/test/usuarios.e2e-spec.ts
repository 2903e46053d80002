import { describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { eq } from 'drizzle-orm';
import { Database } from '../src/database/database.js';
import { tareas, usuarios } from '../src/database/schema.js';
import { UsuariosService } from '../src/usuarios/usuarios.service.js';
import { EMAILS, IDS, onEverySetup, type Answer, type Role } from './support/api.js';
import { expectProblem } from './support/expect-problem.js';
import { login, meStatus, newUsuario, tryLogin } from './support/new-usuario.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

onEverySetup('usuarios', (api) => {
  const create = (body: unknown) => api().post('/usuarios', { as: 'admin', body });
  const asUsuario = async (usuario: Awaited<ReturnType<typeof newUsuario>>) => ({
    token: (await login(api(), usuario)).access_token,
  });

  let made = 0;
  const fields = () => {
    made += 1;
    return {
      dni: `X-${made}`,
      nombre: 'Lucía',
      apellido: 'Ferreyra',
      email: `lucia.${made}@pruebas.gad.local`,
      password: 'tormenta de verano',
    };
  };

  describe('POST /usuarios', () => {
    it('creates one who can log in, with the role usuario by default', async () => {
      const body = fields();
      const answer = await create(body);
      expect(answer.status).toBe(201);
      expect(answer.body).toEqual({
        id: expect.any(Number),
        uuid: expect.stringMatching(UUID),
        dni: body.dni,
        nombre: 'Lucía',
        apellido: 'Ferreyra',
        email: body.email,
        telefono: null,
        rol: 'usuario',
        verificado: false,
        created_at: expect.stringMatching(INSTANT),
        updated_at: expect.stringMatching(INSTANT),
      });
      expect(await tryLogin(api(), body.email, body.password)).toMatchObject({ status: 200 });
    });

    it('takes telefono and rol, trims text and lowers the e-mail', async () => {
      const { dni, email, ...rest } = fields();
      const answer = await create({
        ...rest,
        dni: ` ${dni} `,
        nombre: '  Ana María ',
        email: ` ${email.toUpperCase()} `,
        telefono: ' +54 (11) 5555-0101 ',
        rol: 'supervisor',
      });
      expect(answer).toMatchObject({
        status: 201,
        body: {
          dni,
          nombre: 'Ana María',
          email,
          telefono: '+54 (11) 5555-0101',
          rol: 'supervisor',
        },
      });
    });

    it('keeps the password as it is, blanks included', async () => {
      const body = { ...fields(), password: '  ñandú  al sol  ' };
      await create(body);
      expect(await tryLogin(api(), body.email, body.password.trim())).toMatchObject({
        status: 401,
      });
      expect(await tryLogin(api(), body.email, body.password)).toMatchObject({ status: 200 });
    });

    it.each([
      ['dni', undefined],
      ['dni', ''],
      ['dni', 'a b'],
      ['dni', 'x'.repeat(21)],
      ['nombre', undefined],
      ['nombre', '   '],
      ['nombre', 'x'.repeat(101)],
      ['nombre', 'a\u0000b'],
      ['nombre', 'a\nb'],
      ['nombre', 7],
      ['apellido', null],
      ['apellido', ['a']],
      ['email', undefined],
      ['email', 'nadie'],
      ['email', `${'x'.repeat(250)}@gad.local`],
      ['email', 'a\u0000@gad.local'],
      ['password', undefined],
      ['password', 'nine char'],
      ['password', 'x'.repeat(129)],
      ['password', { $ne: '' }],
      ['telefono', 'call me'],
      ['telefono', '12345'],
      ['telefono', '()()()()'],
      ['telefono', '1'.repeat(31)],
      ['rol', 'root'],
      ['rol', null],
      ['rol', ['admin']],
      ['verificado', true],
      ['id', 77],
      ['password_hash', 'x'],
    ])('refuses %s = %j', async (field, value) => {
      const answer = await create({ ...fields(), [field]: value });
      expectProblem(answer, 400, 'VALIDATION_FAILED');
      expect(new Set(errorFields(answer))).toEqual(new Set([field]));
    });

    it('names every field that is wrong', async () => {
      const answer = await create({});
      expectProblem(answer, 400, 'VALIDATION_FAILED');
      expect(new Set(errorFields(answer))).toEqual(
        new Set(['dni', 'nombre', 'apellido', 'email', 'password']),
      );
    });

    it('refuses an e-mail or dni that somebody has, and says which', async () => {
      const body = fields();
      await create(body);
      const sameEmail = await create({ ...fields(), email: body.email.toUpperCase() });
      expectProblem(sameEmail, 409, 'USUARIO_DUPLICATE');
      expect(errorFields(sameEmail)).toEqual(['email']);
      const sameDni = await create({ ...fields(), dni: body.dni });
      expectProblem(sameDni, 409, 'USUARIO_DUPLICATE');
      expect(errorFields(sameDni)).toEqual(['dni']);
    });

    it('lets one of many simultaneous twins in', async () => {
      const body = fields();
      const answers = await Promise.all(Array.from({ length: 5 }, () => create(body)));
      expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409]);
    });
  });

  describe('GET /usuarios', () => {
    it('pages through all of them in the order of their ids', async () => {
      for (let i = 0; i < 5; i += 1) await newUsuario(api());
      const gone = await newUsuario(api());
      await api().delete(`/usuarios/${gone.id}`, { as: 'admin' });
      const all = ids(await api().get('/usuarios?limit=100', { as: 'admin' }));
      expect(all.slice(0, 3)).toEqual([1, 2, 3]);
      expect(all).toEqual([...all].sort((a, b) => a - b));
      expect(all).not.toContain(gone.id);

      const seen: number[] = [];
      let cursor: string | null = '';
      while (cursor !== null) {
        const page: Answer = await api().get(
          `/usuarios?limit=3${cursor === '' ? '' : `&cursor=${cursor}`}`,
          { as: 'admin' },
        );
        expect(page.status).toBe(200);
        seen.push(...ids(page));
        cursor = (page.body as { next_cursor: string | null }).next_cursor;
      }
      expect(seen).toEqual(all);
    });

    it('shows what a single read shows, 20 at a time by default', async () => {
      const usuario = await newUsuario(api());
      const one = await api().get(`/usuarios/${usuario.id}`, { as: 'admin' });
      const list = await api().get('/usuarios?limit=100', { as: 'admin' });
      expect((list.body as { items: unknown[] }).items).toContainEqual(one.body);
      expect(JSON.stringify(list.body)).not.toMatch(/hash|argon/i);
      for (let i = ids(list).length; i <= 20; i += 1) await newUsuario(api());
      expect(ids(await api().get('/usuarios', { as: 'admin' }))).toHaveLength(20);
    });

    it.each([
      'limit=0',
      'limit=101',
      'limit=',
      'limit=1e1',
      'limit=2&limit=3',
      'page=2',
      'cursor=a&cursor=b',
    ])('refuses ?%s', async (query) => {
      expectProblem(
        await api().get(`/usuarios?${query}`, { as: 'admin' }),
        400,
        'VALIDATION_FAILED',
      );
    });

    it.each(['', 'x', 'MTA', 'aWQ6MA', 'aWQ6LTE', 'aWQ6MSA'])(
      'refuses the cursor %j',
      async (cursor) => {
        expectProblem(
          await api().get(`/usuarios?cursor=${cursor}`, { as: 'admin' }),
          400,
          'CURSOR_INVALID',
        );
      },
    );
  });

  describe('who may do what', () => {
    const routes: readonly (readonly [string, string])[] = [
      ['POST', '/usuarios'],
      ['GET', '/usuarios'],
      ['GET', '/usuarios/1'],
      ['PATCH', '/usuarios/1'],
      ['DELETE', '/usuarios/1'],
    ];

    it.each(routes)('%s %s asks for a token', async (method, path) => {
      expectProblem(await api().call(method, path), 401, 'UNAUTHENTICATED');
    });

    it.each(
      routes.flatMap((route) =>
        (['usuario', 'supervisor'] as const).map((role) => [...route, role] as const),
      ),
    )('%s %s is not for a %s', async (method, path, role) => {
      const body = method === 'PATCH' ? { telefono: '5555-0101' } : undefined;
      expectProblem(await api().call(method, path, { as: role, body }), 403, 'FORBIDDEN');
    });

    it.each<Role>(['usuario', 'supervisor', 'admin'])('a %s reads themselves', async (role) => {
      const answer = await api().get(`/usuarios/${IDS[role]}`, { as: role });
      expect(answer).toMatchObject({
        status: 200,
        body: { id: IDS[role], email: EMAILS[role], rol: role },
      });
    });

    it('only an admin learns that an id does not exist', async () => {
      expectProblem(
        await api().get('/usuarios/2000000000', { as: 'supervisor' }),
        403,
        'FORBIDDEN',
      );
      expectProblem(
        await api().get('/usuarios/2000000000', { as: 'admin' }),
        404,
        'USUARIO_NOT_FOUND',
      );
    });

    it.each(['0', '-1', '1.5', '1e3', 'x', '01', '2147483648', '%20', '2%00'])(
      'an id is not %j',
      async (id) => {
        for (const method of ['GET', 'PATCH', 'DELETE']) {
          const body = method === 'PATCH' ? {} : undefined;
          const answer = await api().call(method, `/usuarios/${id}`, { as: 'admin', body });
          expectProblem(answer, 400, 'VALIDATION_FAILED');
        }
      },
    );
  });

  describe('PATCH /usuarios/{id}', () => {
    const patch = (id: number, body: unknown) =>
      api().patch(`/usuarios/${id}`, { as: 'admin', body });

    const read = async (id: number) =>
      (await api().get(`/usuarios/${id}`, { as: 'admin' })).body as Record<string, unknown>;

    it('changes what it is given, and nothing else', async () => {
      const { id } = await newUsuario(api());
      const before = await read(id);
      const { dni, email } = fields();
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

    it('changes nothing when nothing is different', async () => {
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
    ])('refuses %s = %j', async (field, value) => {
      const answer = await patch(IDS.usuario, { [field]: value });
      expectProblem(answer, 400, 'VALIDATION_FAILED');
      expect(new Set(errorFields(answer))).toEqual(new Set([field]));
    });

    it('refuses an e-mail or dni that somebody else has', async () => {
      const [one, other] = [await newUsuario(api()), await newUsuario(api())];
      for (const field of ['email', 'dni'] as const) {
        const answer = await patch(one.id, { [field]: other[field] });
        expectProblem(answer, 409, 'USUARIO_DUPLICATE');
        expect(errorFields(answer)).toEqual([field]);
      }
    });

    it('is 404 for one that does not exist', async () => {
      expectProblem(await patch(2_000_000_000, { nombre: 'Ana' }), 404, 'USUARIO_NOT_FOUND');
    });

    it('lets everybody change their own e-mail and telefono, and log in with the new e-mail', async () => {
      const usuario = await newUsuario(api());
      const { email } = fields();
      const answer = await api().patch(`/usuarios/${usuario.id}`, {
        as: await asUsuario(usuario),
        body: { email, telefono: '5555-0102' },
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
    ])('keeps %j from everybody but admins, even about themselves', async (body) => {
      const usuario = await newUsuario(api(), 'supervisor');
      const answer = await api().patch(`/usuarios/${usuario.id}`, {
        as: await asUsuario(usuario),
        body,
      });
      expectProblem(answer, 403, 'FORBIDDEN');
      expect((await api().get(`/usuarios/${usuario.id}`, { as: 'admin' })).body).toMatchObject({
        rol: 'supervisor',
        telefono: null,
        verificado: false,
      });
    });

    it('keeps the last admin an admin', async () => {
      expectProblem(await patch(IDS.admin, { rol: 'usuario' }), 409, 'USUARIO_LAST_ADMIN');
      const second = await newUsuario(api(), 'admin');
      expect(await patch(second.id, { rol: 'usuario' })).toMatchObject({ status: 200 });
    });
  });

  describe('a new password', () => {
    const next = 'otra tormenta de verano';

    it('of one’s own needs the current one, and ends the other sesiones', async () => {
      const usuario = await newUsuario(api());
      const [here, there] = [await asUsuario(usuario), await asUsuario(usuario)];
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

    it('of one’s own is asked for the current one also from an admin', async () => {
      const answer = await api().patch('/usuarios/1', { as: 'admin', body: { password: next } });
      expectProblem(answer, 400, 'VALIDATION_FAILED');
    });

    it('cannot be used to guess the current one: that locks the account', async () => {
      const usuario = await newUsuario(api());
      const as = await asUsuario(usuario);
      const change = (current_password: string) =>
        api().patch(`/usuarios/${usuario.id}`, { as, body: { password: next, current_password } });
      for (let i = 0; i < 5; i += 1) expect(await change('wrong')).toMatchObject({ status: 400 });
      const answer = await change(usuario.password);
      expectProblem(answer, 423, 'ACCOUNT_LOCKED');
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(880);
      expectProblem(await tryLogin(api(), usuario.email, usuario.password), 423, 'ACCOUNT_LOCKED');
    });

    it('set by an admin ends all sesiones and a lockout', async () => {
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

    it('removes the usuario from sight and frees dni and e-mail', async () => {
      const body = fields();
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

    it('refuses while tareas are open, and no longer once they are done', async () => {
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

    it('waits for a transaction that is about to delegate a tarea', async () => {
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

    it('is not for oneself', async () => {
      expectProblem(await remove(IDS.admin), 409, 'USUARIO_SELF_DELETE');
    });

    it('leaves one of two admins who delete each other at the same moment', async () => {
      const db = api().app.get(Database, { strict: false }).db;
      const [one, two] = [await newUsuario(api(), 'admin'), await newUsuario(api(), 'admin')];
      const [asOne, asTwo] = [await asUsuario(one), await asUsuario(two)];
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

const errorFields = (answer: Answer): string[] =>
  (answer.body as { errors: { field: string }[] }).errors.map(({ field }) => field);

const ids = (answer: Answer): number[] =>
  (answer.body as { items: { id: number }[] }).items.map(({ id }) => id);
