import { describe, expect, it } from '@jest/globals';
import { EMAILS, IDS, onEveryDatabaseSetup, type Answer, type Role } from './support/api.js';
import { expectProblem } from './support/expect-problem.js';
import { newUsuario, tryLogin, usuarioFields } from './support/new-usuario.js';
import { errorFields, ids, INSTANT, UUID } from './support/read-answer.js';

onEveryDatabaseSetup('usuarios', (api) => {
  const create = (body: unknown) => api().post('/usuarios', { as: 'admin', body });

  describe('POST /usuarios', () => {
    it('POST /usuarios creates a usuario that can log in, with the role usuario by default', async () => {
      const body = usuarioFields();
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

    it('POST /usuarios takes telefono and rol, trims text and lowers the e-mail', async () => {
      const { dni, email, ...rest } = usuarioFields();
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

    it('POST /usuarios keeps the password as it is, blanks included', async () => {
      const body = { ...usuarioFields(), password: '  ñandú  al sol  ' };
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
    ])('POST /usuarios refuses %s = %j', async (field, value) => {
      const answer = await create({ ...usuarioFields(), [field]: value });
      expectProblem(answer, 400, 'VALIDATION_FAILED');
      expect(new Set(errorFields(answer))).toEqual(new Set([field]));
    });

    it('POST /usuarios names every field that is wrong', async () => {
      const answer = await create({});
      expectProblem(answer, 400, 'VALIDATION_FAILED');
      expect(new Set(errorFields(answer))).toEqual(
        new Set(['dni', 'nombre', 'apellido', 'email', 'password']),
      );
    });

    it('POST /usuarios refuses an e-mail or dni that is in use, and says which', async () => {
      const body = usuarioFields();
      await create(body);
      const sameEmail = await create({ ...usuarioFields(), email: body.email.toUpperCase() });
      expectProblem(sameEmail, 409, 'USUARIO_DUPLICATE');
      expect(errorFields(sameEmail)).toEqual(['email']);
      const sameDni = await create({ ...usuarioFields(), dni: body.dni });
      expectProblem(sameDni, 409, 'USUARIO_DUPLICATE');
      expect(errorFields(sameDni)).toEqual(['dni']);
    });

    it('POST /usuarios lets one of many simultaneous twins in', async () => {
      const body = usuarioFields();
      const answers = await Promise.all(Array.from({ length: 5 }, () => create(body)));
      expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409]);
    });
  });

  describe('GET /usuarios', () => {
    it('GET /usuarios pages through all of them in the order of their ids', async () => {
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

    it('GET /usuarios shows what a single read shows, 20 at a time by default', async () => {
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
    ])('GET /usuarios refuses ?%s', async (query) => {
      expectProblem(
        await api().get(`/usuarios?${query}`, { as: 'admin' }),
        400,
        'VALIDATION_FAILED',
      );
    });
  });

  describe('The rights of a role', () => {
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
      routes
        .flatMap((route) =>
          (['usuario', 'supervisor'] as const).map((role) => [...route, role] as const),
        )
        .filter(
          ([method, path, role]) => `${method} ${path} ${role}` !== 'GET /usuarios supervisor',
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
      'the id %j is refused',
      async (id) => {
        for (const method of ['GET', 'PATCH', 'DELETE']) {
          const body = method === 'PATCH' ? {} : undefined;
          const answer = await api().call(method, `/usuarios/${id}`, { as: 'admin', body });
          expectProblem(answer, 400, 'VALIDATION_FAILED');
        }
      },
    );
  });
});
