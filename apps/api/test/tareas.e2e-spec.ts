import { describe, expect, it } from '@jest/globals';
import { IDS, onEveryDatabaseSetup, type Role } from './support/api.js';
import { expectProblem } from './support/expect-problem.js';
import { createTarea, tareaBody } from './support/new-tarea.js';
import { newUsuario } from './support/new-usuario.js';

onEveryDatabaseSetup('tareas', (api) => {
  const create = (extra?: Record<string, unknown>) => createTarea(api(), extra);
  const change = (id: number, as: Role, body: object) => api().patch(`/tareas/${id}`, { as, body });

  describe('POST /tareas', () => {
    it('POST /tareas creates a programada tarea with a codigo of the server when none is sent', async () => {
      const created = await create();
      expect(created).toMatchObject({
        titulo: 'Ronda de prueba',
        descripcion: null,
        estado: 'programada',
        version: 1,
        inicio_programado: '2026-12-01T20:00:00.000Z',
        fin_programado: null,
        inicio_real: null,
        fin_real: null,
        delegado_usuario_id: IDS.usuario,
        creado_por_usuario_id: IDS.supervisor,
      });
      expect(created.codigo).toMatch(/^T-[0-9A-Z]{10}$/);
      expect(created['uuid']).toMatch(/^[0-9a-f-]{36}$/);
    });

    it('POST /tareas keeps the caller’s codigo and refuses it a second time', async () => {
      const codigo = 'Mi_codigo-1.0';
      expect(await create({ codigo })).toMatchObject({ codigo });
      expectProblem(
        await api().post('/tareas', { as: 'admin', body: tareaBody({ codigo }) }),
        409,
        'TAREA_CODIGO_DUPLICATE',
      );
    });

    it('POST /tareas refuses a usuario, and a caller without token', async () => {
      expectProblem(
        await api().post('/tareas', { as: 'usuario', body: tareaBody() }),
        403,
        'FORBIDDEN',
      );
      expectProblem(await api().post('/tareas', { body: tareaBody() }), 401, 'UNAUTHENTICATED');
    });

    it('POST /tareas refuses a delegado that does not exist', async () => {
      const answer = await api().post('/tareas', {
        as: 'admin',
        body: tareaBody({ delegado_usuario_id: 999_999 }),
      });
      expectProblem(answer, 404, 'USUARIO_NOT_FOUND');
    });

    it('POST /tareas refuses an end before the start', async () => {
      const answer = await api().post('/tareas', {
        as: 'admin',
        body: tareaBody({ fin_programado: '2026-12-01T19:59:59Z' }),
      });
      expectProblem(answer, 400, 'TAREA_DATES_INVALID');
    });

    it.each([
      ['an unknown field', { color: 'red' }, 'color'],
      ['an empty titulo', { titulo: '  ' }, 'titulo'],
      ['a titulo with U+0000', { titulo: 'a\u0000b' }, 'titulo'],
      ['a number as titulo', { titulo: 7 }, 'titulo'],
      ['an unknown tipo', { tipo: 'siesta' }, 'tipo'],
      ['prioridad 0', { prioridad: 0 }, 'prioridad'],
      ['prioridad 6', { prioridad: 6 }, 'prioridad'],
      ['prioridad as text', { prioridad: '3' }, 'prioridad'],
      ['a leap second', { inicio_programado: '2016-12-31T23:59:60Z' }, 'inicio_programado'],
      ['31 February', { inicio_programado: '2026-02-31T00:00:00Z' }, 'inicio_programado'],
      ['a time without offset', { inicio_programado: '2026-02-01T00:00:00' }, 'inicio_programado'],
      ['a number as date', { inicio_programado: 0 }, 'inicio_programado'],
      ['a codigo with a space', { codigo: 'a b' }, 'codigo'],
      ['a codigo of 51', { codigo: 'a'.repeat(51) }, 'codigo'],
      ['null as codigo', { codigo: null }, 'codigo'],
      ['estado, which only moves', { estado: 'finalizada' }, 'estado'],
      ['a delegado beyond int4', { delegado_usuario_id: 2 ** 31 }, 'delegado_usuario_id'],
    ])('POST /tareas refuses %s and names the field', async (_case, extra, field) => {
      const answer = await api().post('/tareas', { as: 'admin', body: tareaBody(extra) });
      expectProblem(answer, 400, 'VALIDATION_FAILED');
      expect(answer.body.errors).toEqual([expect.objectContaining({ field })]);
    });
  });

  describe('GET /tareas/{id}', () => {
    it('GET /tareas/{id} shows a tarea to its delegado, a supervisor and an admin', async () => {
      const { id } = await create();
      for (const role of ['usuario', 'supervisor', 'admin'] as const) {
        expect(await api().get(`/tareas/${id}`, { as: role })).toMatchObject({
          status: 200,
          body: { id },
        });
      }
    });

    it('GET /tareas/{id} answers another usuario as if there were none, whatever the method', async () => {
      const { id } = await create({ delegado_usuario_id: IDS.supervisor });
      for (const [method, body] of [
        ['GET', undefined],
        ['PATCH', { titulo: 'x' }],
        ['PATCH', { estado: 'en_curso', version: 9 }],
        ['DELETE', undefined],
      ] as const) {
        const [another, none] = await Promise.all(
          [id, 999_999_999].map((asked) =>
            api().call(method, `/tareas/${asked}`, { as: 'usuario', body }),
          ),
        );
        for (const answer of [another, none]) {
          if (!answer) throw new Error('both were asked');
          expectProblem(answer, 404, 'TAREA_NOT_FOUND');
          expect(answer.body.detail).toMatch(/^There is no tarea \d+$/);
        }
      }
      expect(await api().get(`/tareas/${id}`, { as: 'admin' })).toMatchObject({ status: 200 });
    });

    it('GET /tareas/{id} names its delegado, even if deleted since', async () => {
      const leaving = await newUsuario(api());
      const { id } = await create({ delegado_usuario_id: leaving.id });
      const read = async () => (await api().get(`/tareas/${id}`, { as: 'admin' })).body;
      const delegado = { id: leaving.id, nombre: 'Lucía', apellido: 'Ferreyra' };
      expect((await read()).delegado).toEqual(delegado);
      await change(id, 'admin', { estado: 'cancelada' });
      expect((await api().delete(`/usuarios/${leaving.id}`, { as: 'admin' })).status).toBe(204);
      expect((await read()).delegado).toEqual(delegado);
    });

    it('GET /tareas/{id} answers 404 for an unknown one and 400 for what is no id', async () => {
      expectProblem(await api().get('/tareas/999999999', { as: 'admin' }), 404, 'TAREA_NOT_FOUND');
      for (const id of ['0', '-1', '1.5', '1e3', 'abc', '99999999999', '%31%00']) {
        expectProblem(await api().get(`/tareas/${id}`, { as: 'admin' }), 400, 'VALIDATION_FAILED');
      }
    });
  });

  describe('PATCH /tareas/{id}', () => {
    it('PATCH /tareas/{id} changes what is sent, keeps the rest and moves the version on', async () => {
      const { id } = await create({ descripcion: 'larga' });
      const answer = await change(id, 'supervisor', {
        titulo: 'Otro',
        descripcion: null,
        fin_programado: '2026-12-02T00:00:00+02:00',
      });
      expect(answer.status).toBe(200);
      expect(answer.body).toMatchObject({
        titulo: 'Otro',
        descripcion: null,
        fin_programado: '2026-12-01T22:00:00.000Z',
        tipo: 'patrullaje',
        version: 2,
      });
    });

    it('PATCH /tareas/{id} refuses a stale version and accepts the current one', async () => {
      const { id } = await create();
      const edit = (body: object) => change(id, 'admin', body);
      expect(await edit({ titulo: 'uno', version: 1 })).toMatchObject({ status: 200 });
      expectProblem(await edit({ titulo: 'dos', version: 1 }), 409, 'TAREA_VERSION_CONFLICT');
      expect(await edit({ titulo: 'dos', version: 2 })).toMatchObject({
        status: 200,
        body: { version: 3 },
      });
    });

    it('PATCH /tareas/{id} lets exactly one of many concurrent changes of one version win', async () => {
      const { id } = await create();
      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, i) => change(id, 'admin', { titulo: `n${i}`, version: 1 })),
      );
      expect(answers.map((a) => a.status).sort()).toEqual([200, ...Array<number>(7).fill(409)]);
    });

    it('PATCH /tareas/{id} lets the delegado change estado and nothing else', async () => {
      const { id } = await create();
      const own = (body: object) => change(id, 'usuario', body);
      expect(await own({ estado: 'en_curso' })).toMatchObject({
        status: 200,
        body: { estado: 'en_curso' },
      });
      expectProblem(await own({ estado: 'pausada', titulo: 'mía' }), 403, 'FORBIDDEN');
      const other = await create({ delegado_usuario_id: IDS.supervisor });
      const moved = await change(other.id, 'usuario', { estado: 'en_curso' });
      expectProblem(moved, 404, 'TAREA_NOT_FOUND');
    });

    it('PATCH /tareas/{id} saves a form as it was read, although its delegado has been deleted', async () => {
      const delegado = await newUsuario(api());
      const { id } = await create({ delegado_usuario_id: delegado.id });
      await change(id, 'admin', { estado: 'cancelada' });
      const gone = await api().delete(`/usuarios/${delegado.id}`, { as: 'admin' });
      expect(gone).toMatchObject({ status: 204 });
      const { body } = await api().get(`/tareas/${id}`, { as: 'admin' });
      const { descripcion, tipo, prioridad, estado, version } = body;
      const { inicio_programado, fin_programado, delegado_usuario_id } = body;
      const form = {
        ...{ titulo: 'Otro', descripcion, tipo, prioridad, estado, version },
        ...{ inicio_programado, fin_programado, delegado_usuario_id },
      };
      const saved = await change(id, 'admin', form);
      expect(saved).toMatchObject({ status: 200, body: { titulo: 'Otro', delegado_usuario_id } });
      const { id: other } = await create();
      const handed = await change(other, 'admin', { delegado_usuario_id });
      expectProblem(handed, 404, 'USUARIO_NOT_FOUND');
    });

    it('PATCH /tareas/{id} sets inicio_real at the first en_curso and fin_real at finalizada', async () => {
      const { id } = await create();
      const move = async (estado: string) => (await change(id, 'usuario', { estado })).body;
      const first = await move('en_curso');
      expect(Date.parse(first.inicio_real)).toBeGreaterThan(Date.now() - 60_000);
      await move('pausada');
      expect(await move('en_curso')).toMatchObject({
        inicio_real: first.inicio_real,
        fin_real: null,
      });
      const done = await move('finalizada');
      expect(Date.parse(done.fin_real)).toBeGreaterThanOrEqual(Date.parse(done.inicio_real));
    });

    it.each([
      [[], 'pausada'],
      [[], 'finalizada'],
      [['en_curso'], 'programada'],
      [['en_curso', 'pausada'], 'finalizada'],
      [['en_curso', 'finalizada'], 'en_curso'],
      [['cancelada'], 'programada'],
    ])('PATCH /tareas/{id} refuses to move %j → %s', async (before, illegal) => {
      const { id } = await create();
      const move = (estado: string) => change(id, 'usuario', { estado });
      for (const estado of before) expect((await move(estado)).status).toBe(200);
      expectProblem(await move(illegal), 409, 'TAREA_ESTADO_INVALIDO');
    });

    it('PATCH /tareas/{id} does not move the version for a change that changes nothing', async () => {
      const { id } = await create();
      const answer = await change(id, 'admin', { titulo: 'Ronda de prueba' });
      expect(answer).toMatchObject({ status: 200, body: { version: 1 } });
    });

    it('PATCH /tareas/{id} refuses null where a value must be', async () => {
      const { id } = await create();
      for (const field of [
        'titulo',
        'tipo',
        'prioridad',
        'estado',
        'inicio_programado',
        'delegado_usuario_id',
        'version',
      ]) {
        const answer = await change(id, 'admin', { [field]: null });
        expectProblem(answer, 400, 'VALIDATION_FAILED');
      }
    });
  });

  describe('DELETE /tareas/{id}', () => {
    it('DELETE /tareas/{id} removes it for good, but not for a usuario', async () => {
      const { id, codigo } = await create();
      expectProblem(await api().delete(`/tareas/${id}`, { as: 'usuario' }), 403, 'FORBIDDEN');
      expect(await api().delete(`/tareas/${id}`, { as: 'supervisor' })).toMatchObject({
        status: 204,
        body: '',
      });
      expectProblem(await api().get(`/tareas/${id}`, { as: 'admin' }), 404, 'TAREA_NOT_FOUND');
      expectProblem(await api().delete(`/tareas/${id}`, { as: 'admin' }), 404, 'TAREA_NOT_FOUND');
      expectProblem(await change(id, 'admin', {}), 404, 'TAREA_NOT_FOUND');
      const again = await api().post('/tareas', { as: 'admin', body: tareaBody({ codigo }) });
      expectProblem(again, 409, 'TAREA_CODIGO_DUPLICATE');
    });
  });
});
