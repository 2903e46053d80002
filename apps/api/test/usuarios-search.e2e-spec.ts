import { beforeAll, describe, expect, it } from '@jest/globals';
import { onEverySetup, type Role } from './support/api.js';
import { expectProblem } from './support/expect-problem.js';
import { newUsuario, usuarioFields, type NewUsuario } from './support/new-usuario.js';
import { ids } from './support/read-answer.js';

onEverySetup('GET /usuarios with q and rol', (api) => {
  let quiroga: NewUsuario & { telefono: string };
  let supervisor: NewUsuario;
  beforeAll(async () => {
    const fields = {
      ...usuarioFields(),
      nombre: 'Águeda',
      apellido: 'Quirosa 50%',
      telefono: '+54 11 5555-7777',
    };
    const { body } = await api().post('/usuarios', { as: 'admin', body: fields });
    quiroga = { ...fields, id: (body as { id: number }).id };
    supervisor = await newUsuario(api(), 'supervisor');
  });
  const find = async (query: string, as: Role): Promise<number[]> => {
    const answer = await api().get(`/usuarios?limit=100&${query}`, { as });
    expect({ query, status: answer.status }).toEqual({ query, status: 200 });
    return ids(answer);
  };

  describe('for a supervisor', () => {
    it('a supervisor’s search shows id, nombre, apellido, email and rol, and nothing else', async () => {
      const { body } = await api().get('/usuarios?q=quirosa', { as: 'supervisor' });
      expect(body).toEqual({
        items: [
          {
            id: quiroga.id,
            nombre: 'Águeda',
            apellido: 'Quirosa 50%',
            email: quiroga.email,
            rol: 'usuario',
          },
        ],
        next_cursor: null,
      });
    });

    it('a supervisor’s search reveals nothing that it does not show', async () => {
      for (const hidden of [quiroga.dni.toUpperCase(), '5555-7777', '+54']) {
        const found = await find(`q=${encodeURIComponent(hidden)}`, 'supervisor');
        // The e-mails of the tests are made of the DNI: those are shown.
        const shown = quiroga.email.includes(hidden.toLowerCase()) ? [quiroga.id] : [];
        expect(found).toEqual(shown);
      }
      for (const field of ['dni', 'telefono', 'verificado', 'sort', 'email']) {
        const answer = await api().get(`/usuarios?${field}=1`, { as: 'supervisor' });
        expectProblem(answer, 400, 'VALIDATION_FAILED');
      }
    });

    it('a supervisor’s search pages by id, with the cursors that an admin gets', async () => {
      const first = await api().get('/usuarios?limit=2', { as: 'supervisor' });
      const cursor = String(first.body.next_cursor);
      const rest = await api().get(`/usuarios?limit=100&cursor=${cursor}`, { as: 'admin' });
      expect([...ids(first), ...ids(rest)]).toEqual(await find('', 'supervisor'));
    });

    it('a supervisor’s search opens no single usuario, and a usuario gets no list', async () => {
      const one = await api().get(`/usuarios/${quiroga.id}`, { as: 'supervisor' });
      expectProblem(one, 403, 'FORBIDDEN');
      expectProblem(await api().get('/usuarios?q=a', { as: 'usuario' }), 403, 'FORBIDDEN');
    });
  });

  describe.each(['admin', 'supervisor'] as const)('for a %s', (role) => {
    it.each(['agueda quirosa', 'ÁGUEDA Q', '50%', 'rosa 50'])('q=%s finds the name', async (q) => {
      expect(await find(`q=${encodeURIComponent(q)}`, role)).toEqual([quiroga.id]);
    });

    it('a search finds by part of the e-mail, and takes wildcards as they stand', async () => {
      expect(await find(`q=${encodeURIComponent(quiroga.email)}`, role)).toEqual([quiroga.id]);
      expect(await find('q=agueda_quirosa', role)).toEqual([]);
      expect(await find('q=50%25%25', role)).toEqual([]);
      expect(await find('q=_', role)).toEqual([]);
    });

    it('a search filters by rol', async () => {
      const supervisors = await find('rol=supervisor', role);
      expect(supervisors).toContain(supervisor.id);
      expect(supervisors).not.toContain(quiroga.id);
      expect(await find('rol=supervisor&q=quirosa', role)).toEqual([]);
    });

    it.each([
      'rol=',
      'rol=root',
      'q=',
      'q=%20',
      'q=a&q=b',
      `q=${'a'.repeat(101)}`,
      'rol=admin&rol=admin',
    ])('a search refuses ?%s', async (query) => {
      const answer = await api().get(`/usuarios?${query}`, { as: role });
      expectProblem(answer, 400, 'VALIDATION_FAILED');
    });
  });

  it('a search does not find deleted usuarios', async () => {
    const gone = await newUsuario(api());
    await api().delete(`/usuarios/${gone.id}`, { as: 'admin' });
    expect(await find(`q=${encodeURIComponent(gone.email)}`, 'admin')).toEqual([]);
  });
});
