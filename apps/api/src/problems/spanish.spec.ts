import { describe, expect, it } from '@jest/globals';
import { PROBLEM_CODES } from './problem-catalog.js';
import { problemBody } from './problem-body.js';
import { Problem } from './problem.js';
import { translatePhrase } from './spanish-phrases.js';

describe('problems in Spanish', () => {
  it.each(PROBLEM_CODES)('%s has a title and a detail of its own', (code) => {
    const problem = new Problem(code, 'A sentence without a translation');
    const [english, spanish] = [problemBody(problem, 'id'), problemBody(problem, 'id', 'es-AR')];
    expect(spanish).toMatchObject({ type: english['type'], status: english['status'], code });
    expect(spanish['title']).not.toBe(english['title']);
    expect(spanish['detail']).not.toBe(english['detail']);
  });

  it.each([
    ['There is no tarea 4711', 'No existe la tarea 4711'],
    ['titulo must be 1 to 200 characters long', 'titulo debe tener de 1 a 200 caracteres'],
    ['estado must be one of a, b', 'estado debe ser uno de a, b'],
    [
      'A tarea that is en_curso cannot become programada, only pausada or finalizada or cancelada',
      'Una tarea en_curso no puede pasar a programada, solo a pausada, finalizada o cancelada',
    ],
    ['Only an admin may change dni, rol', 'Solo un administrador puede cambiar dni, rol'],
    ['There is no key ' + 'a'.repeat(512), 'No existe la clave ' + 'a'.repeat(512)],
    ['A sentence without a translation', undefined],
  ])('problems in Spanish translates %s', (english, spanish) => {
    expect(translatePhrase(english)).toBe(spanish);
  });

  it('problems in Spanish translates the messages of fields with them', () => {
    const errors = [{ field: 'titulo', message: 'must be text' }];
    const problem = new Problem('VALIDATION_FAILED', 'titulo must be text', { errors });
    expect(problemBody(problem, 'id', 'es')).toMatchObject({
      detail: 'titulo debe ser texto',
      errors: [{ field: 'titulo', message: 'debe ser texto' }],
    });
  });
});
