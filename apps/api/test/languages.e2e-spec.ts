import { expect, it } from '@jest/globals';
import { onEverySetup } from './support/api.js';
import { expectProblem } from './support/expect-problem.js';
import { tareaBody } from './support/new-tarea.js';

onEverySetup('Accept-Language', (api) => {
  const spanish = { 'accept-language': 'es-AR, en;q=0.5' };

  it('a Spanish answer translates title, detail and messages; code, status and type stay', async () => {
    const call = (headers: Record<string, string>) =>
      api().post('/tareas', { as: 'admin', body: tareaBody({ prioridad: 9, titulo: 7 }), headers });
    const [english, translated] = [await call({}), await call(spanish)];
    expectProblem(translated, 400, 'VALIDATION_FAILED');
    expect(translated.headers.get('content-language')).toBe('es');
    expect(english.headers.get('content-language')).toBe('en');
    expect(translated.body).toEqual({
      ...english.body,
      request_id: translated.body.request_id,
      title: 'La petición no es válida',
      detail: 'titulo debe ser texto',
      errors: [
        { field: 'titulo', message: 'debe ser texto' },
        { field: 'prioridad', message: 'debe ser un número entero de 1 a 5' },
      ],
    });
  });

  it.each([
    ['GET', '/nada', 404, 'Aquí no hay nada'],
    ['GET', '/tareas/999999999', 404, 'La tarea no existe'],
    ['GET', '/tareas/%zz', 400, 'La petición no se puede leer'],
    ['GET', '/tareas?cursor=x', 400, 'El cursor no es válido'],
    ['DELETE', '/usuarios/1', 409, 'Nadie se elimina a sí mismo'],
  ])('%s %s: %d %s', async (method, path, status, title) => {
    const answer = await api().call(method, path, { as: 'admin', headers: spanish });
    expect(answer).toMatchObject({ status, body: { title } });
    expect(answer.body.detail).not.toMatch(/\b(the|is|no|must)\b.*\b(the|a|not|be)\b/i);
  });
});
