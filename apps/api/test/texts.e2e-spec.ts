import { expect, it } from '@jest/globals';
import { onEverySetup } from './support/api.js';
import { expectProblem } from './support/expect-problem.js';
import { createTarea, tareaBody } from './support/new-tarea.js';
import { tryLogin, usuarioFields } from './support/new-usuario.js';

onEverySetup('texts that identify a usuario or a tarea', (api) => {
  const create = (extra: Record<string, unknown>) =>
    api().post('/usuarios', { as: 'admin', body: { ...usuarioFields(), ...extra } });

  it('a DNI is kept in one form, which is unique among the usuarios', async () => {
    const digits = String(40_000_000 + (Date.now() % 10_000_000));
    const dotted = digits.replace(/(..)(...)(...)/, '$1.$2.$3');
    const first = await create({ dni: dotted });
    expect(first).toMatchObject({ status: 201, body: { dni: digits } });
    for (const dni of [digits, `${digits}-`, `0${digits}`, `-00.${dotted}`, ` ${dotted} `]) {
      expectProblem(await create({ dni }), 409, 'USUARIO_DUPLICATE');
    }
    const passport = await create({ dni: `m${digits}` });
    expect(passport).toMatchObject({ status: 201, body: { dni: `M${digits}` } });
    expectProblem(await create({ dni: `M-${digits}` }), 409, 'USUARIO_DUPLICATE');
    const path = `/usuarios/${passport.body.id as number}`;
    const change = (dni: string) => api().patch(path, { as: 'admin', body: { dni } });
    expectProblem(await change(`.${digits}`), 409, 'USUARIO_DUPLICATE');
    expect(await change(`m${dotted}`)).toMatchObject({ status: 200, body: { dni: `M${digits}` } });
    await api().delete(path, { as: 'admin' });
    expect(await create({ dni: `m-${digits}` })).toMatchObject({ status: 201 });
    for (const dni of ['.', '--', 'ß12', '12\u200b3', '１２', 'a b', `1${'0'.repeat(20)}`]) {
      expectProblem(await create({ dni }), 400, 'VALIDATION_FAILED');
    }
  });

  it('any spelling of an e-mail lets its usuario in, and is taken for others', async () => {
    const name = usuarioFields().dni;
    const password = 'tres tristes tigres';
    const made = await create({ email: `José.${name}@Bücher.example`, password });
    const kept = `josé.${name.toLowerCase()}@xn--bcher-kva.example`;
    expect(made).toMatchObject({ status: 201, body: { email: kept } });
    for (const email of [
      kept,
      ` JOSÉ.${name}@BÜCHER.EXAMPLE `,
      `jose\u0301.${name}@bu\u0308cher。example`,
    ]) {
      expectProblem(await create({ email }), 409, 'USUARIO_DUPLICATE');
      expect(await tryLogin(api(), email, password)).toMatchObject({ status: 200 });
    }
    expectProblem(
      await create({ email: `jos\u200bé.${name}@bücher.example` }),
      400,
      'VALIDATION_FAILED',
    );
    expectProblem(await tryLogin(api(), `${kept}\u202e`, password), 400, 'VALIDATION_FAILED');
  });

  it.each([
    ...['a\u009bb', 'a\u0085b', 'a\u2028b', 'a\nb', 'ab\n', '\u200b\u2060', '\u3164', '\u202eabc'],
    ...['\u2800', '\u0301', 'a\u0007', '\ud800'],
  ])('the name and titulo %j is refused', async (text) => {
    const { id } = await createTarea(api());
    const answers = [
      await create({ nombre: text }),
      await create({ apellido: text }),
      await api().patch('/usuarios/2', { as: 'admin', body: { nombre: text } }),
      await api().post('/tareas', { as: 'admin', body: tareaBody({ titulo: text }) }),
      await api().patch(`/tareas/${id}`, { as: 'admin', body: { titulo: text } }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([400, 400, 400, 400, 400]);
  });

  it.each(['a\u009bb', 'a\u0085b', 'a\u0000b', '\u202eabc', '\udc00'])(
    'the descripcion %j is refused, though it may have several lines',
    async (descripcion) => {
      const body = tareaBody({ descripcion });
      expect((await api().post('/tareas', { as: 'admin', body })).status).toBe(400);
      const lines = tareaBody({ descripcion: 'uno\r\n\tdos\n\ntres' });
      expect(await api().post('/tareas', { as: 'admin', body: lines })).toMatchObject({
        status: 201,
        body: { descripcion: 'uno\r\n\tdos\n\ntres' },
      });
    },
  );

  it('C1 control characters are refused in cache keys and patterns as well', async () => {
    for (const path of [
      '/cache/keys/%C2%9B',
      '/cache/keys?pattern=%C2%85*',
      '/cache/keys/a%C2%80b',
    ]) {
      expect((await api().get(path, { as: 'admin' })).status).toBe(400);
    }
    for (const path of ['/cache/invalidate/%C2%9B', '/cache/invalidate-pattern/%C2%9B*']) {
      expect((await api().post(path, { as: 'admin' })).status).toBe(400);
    }
  });
});
