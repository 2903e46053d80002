import { describe, expect, it } from '@jest/globals';
import { onEverySetup, type Answer } from './support/api.js';
import { expectProblem } from './support/expect-problem.js';
import { createTarea, tareaBody } from './support/new-tarea.js';
import { newUsuario } from './support/new-usuario.js';

onEverySetup('ETag of tareas', (api) => {
  const etag = ({ headers }: Answer): string => String(headers.get('etag'));
  const path = async (extra?: Record<string, unknown>) =>
    `/tareas/${String((await createTarea(api(), extra)).id)}`;
  const read = (tarea: string) => api().get(tarea, { as: 'admin' });
  const change = (tarea: string, ifMatch: string, body: object = { titulo: 'Otro' }) =>
    api().patch(tarea, { as: 'admin', body, headers: { 'if-match': ifMatch } });

  it('an ETag is strong, and the same from every route that answers a tarea', async () => {
    const created = await api().post('/tareas', { as: 'admin', body: tareaBody() });
    expect(etag(created)).toMatch(/^"[\w-]+"$/);
    const tarea = `/tareas/${String(created.body.id)}`;
    expect(etag(await read(tarea))).toBe(etag(created));
    const changed = await change(tarea, etag(created));
    expect(changed.status).toBe(200);
    expect(etag(changed)).not.toBe(etag(created));
    expect(etag(await read(tarea))).toBe(etag(changed));
  });

  it('an ETag spares the body to a reader that has it', async () => {
    const tarea = await path();
    const tag = etag(await read(tarea));
    for (const [header, status] of [
      [tag, 304],
      [`W/${tag}`, 304],
      [`"other", ${tag}`, 304],
      ['*', 304],
      ['"other"', 200],
    ] as const) {
      const answer = await api().get(tarea, { as: 'admin', headers: { 'if-none-match': header } });
      expect({ header, status: answer.status, etag: etag(answer) }).toEqual({
        header,
        status,
        etag: tag,
      });
      expect(answer.body === '').toBe(status === 304);
    }
  });

  it('an ETag changes with the name of the delegado, which the answer holds', async () => {
    const { id } = await newUsuario(api());
    const tarea = await path({ delegado_usuario_id: id });
    const before = etag(await read(tarea));
    await api().patch(`/usuarios/${id}`, { as: 'admin', body: { apellido: 'Otero' } });
    expect(etag(await read(tarea))).not.toBe(before);
  });

  describe('If-Match', () => {
    it('If-Match lets a change through while it holds, and * while the tarea is there', async () => {
      const tarea = await path();
      const tag = etag(await read(tarea));
      expect((await change(tarea, `"other", ${tag}`)).status).toBe(200);
      expect((await change(tarea, '*', { titulo: 'Tercero' })).status).toBe(200);
    });

    it.each(['"other"', '', 'other', 'W/"other"', '"'])(
      '%j is 412 and changes nothing',
      async (header) => {
        const tarea = await path();
        const before = await read(tarea);
        expectProblem(await change(tarea, header), 412, 'PRECONDITION_FAILED');
        const removal = await api().delete(tarea, { as: 'admin', headers: { 'if-match': header } });
        expectProblem(removal, 412, 'PRECONDITION_FAILED');
        expect((await read(tarea)).body).toEqual(before.body);
      },
    );

    it('If-Match takes no weak tag for a strong one', async () => {
      const tarea = await path();
      const weak = `W/${etag(await read(tarea))}`;
      expectProblem(await change(tarea, weak), 412, 'PRECONDITION_FAILED');
    });

    it('If-Match lets exactly one of many concurrent changes of one tag win', async () => {
      const tarea = await path();
      const tag = etag(await read(tarea));
      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, n) => change(tarea, tag, { titulo: `n${String(n)}` })),
      );
      expect(answers.map(({ status }) => status).sort()).toEqual([
        200,
        ...Array<number>(7).fill(412),
      ]);
    });

    it('If-Match is looked at after the right to change, and before version and estado', async () => {
      const tarea = await path();
      expectProblem(await change('/tareas/999999999', '"x"'), 404, 'TAREA_NOT_FOUND');
      const forbidden = { titulo: 'x' };
      const headers = { 'if-match': '"x"' };
      expectProblem(
        await api().patch(tarea, { as: 'usuario', body: forbidden, headers }),
        403,
        'FORBIDDEN',
      );
      const stale = { version: 99, estado: 'finalizada' };
      expectProblem(await change(tarea, '"x"', stale), 412, 'PRECONDITION_FAILED');
      const tag = etag(await read(tarea));
      expectProblem(await change(tarea, tag, stale), 409, 'TAREA_VERSION_CONFLICT');
    });

    it('If-Match guards a removal', async () => {
      const tarea = await path();
      const headers = { 'if-match': etag(await read(tarea)) };
      expect((await api().delete(tarea, { as: 'supervisor', headers })).status).toBe(204);
    });
  });
});
