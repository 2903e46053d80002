import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestApi } from './support/api.js';
import { expectProblem } from './support/expect-problem.js';
import { tareaBody } from './support/new-tarea.js';

let api: TestApi;

beforeAll(async () => {
  api = await TestApi.start('embedded', { BODY_LIMIT: '2000000' });
});
afterAll(() => api.stop());

/** Every route that reads a body, and who may. */
const ROUTES = [
  ['POST', '/auth/login'],
  ['POST', '/auth/refresh'],
  ['POST', '/usuarios'],
  ['PATCH', '/usuarios/2'],
  ['POST', '/tareas'],
  ['PATCH', '/tareas/1'],
] as const;
/** … and those that take none. */
const ACTIONS = [
  ['POST', '/auth/logout'],
  ['POST', '/cache/clear'],
  ['POST', '/cache/invalidate/x'],
  ['POST', '/stats/invalidate/user/2'],
  ['DELETE', '/tareas/999999'],
] as const;

async function send(
  [method, path]: readonly [string, string],
  body: string | Uint8Array,
  headers: Record<string, string> = {},
) {
  const token = await api.login('admin');
  const response = await fetch(`${api.url}/api/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      ...headers,
    },
    body,
  });
  const text = await response.text();
  const parsed = text === '' ? '' : (JSON.parse(text) as unknown);
  return { status: response.status, headers: response.headers, body: parsed as never, text };
}

describe.each(ROUTES)('%s %s', (...route) => {
  it.each([
    ['a hundred thousand members', `{${'"a":1,'.repeat(100_000)}"b":1}`, 'MALFORMED_REQUEST'],
    ['an array of many', `{"email":[${'1,'.repeat(200)}1]}`, 'MALFORMED_REQUEST'],
    ['deep nesting', `{"email":${'['.repeat(5)}${']'.repeat(5)}}`, 'MALFORMED_REQUEST'],
    ['half a surrogate pair', '{"email":"\\ud800"}', 'MALFORMED_REQUEST'],
    ['half a surrogate pair in a name', '{"\\udc00":1}', 'MALFORMED_REQUEST'],
    ['broken JSON', '{"email":', 'MALFORMED_REQUEST'],
    ['blanks only', '  ', 'MALFORMED_REQUEST'],
    ['two values', '{} {}', 'MALFORMED_REQUEST'],
    ['a list', '[]', 'VALIDATION_FAILED'],
    ['a text', '"x"', 'VALIDATION_FAILED'],
    ['a number', '7', 'VALIDATION_FAILED'],
  ])('a route with a body refuses %s', async (_, body, code) => {
    expectProblem(await send(route, body), 400, code);
  });

  it('a route with a body refuses bytes that are no UTF-8', async () => {
    for (const bytes of [[0xff], [0xc3], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf5, 0x80], [0x80]]) {
      const body = Buffer.concat([
        Buffer.from('{"nombre":"a'),
        Buffer.from(bytes),
        Buffer.from('"}'),
      ]);
      expectProblem(await send(route, body), 400, 'MALFORMED_REQUEST');
    }
    for (const encoding of ['utf16le', 'latin1'] as const) {
      const body = Buffer.from('\ufeff{"nombre":"ñandú"}', encoding);
      expectProblem(await send(route, body), 400, 'MALFORMED_REQUEST');
    }
  });

  it.each([
    ...['constructor', 'toString', '__proto__', 'hasOwnProperty', 'valueOf', '__defineGetter__'],
    ...['isPrototypeOf', 'prototype', 'x'],
  ])('a route with a body does not know the name %s', async (name) => {
    for (const value of ['1', '{"admin":true}', '{"prototype":{"admin":true}}', 'null']) {
      const answer = await send(route, `{"${name}":${value}}`);
      expectProblem(answer, 400, 'VALIDATION_FAILED');
      expect(answer.body).toMatchObject({
        detail: `${name} is not a known name`,
        errors: [{ field: name, message: 'is not a known name' }],
      });
    }
    expect(({} as Record<string, unknown>)['admin']).toBeUndefined();
  });

  it('a route with a body names twenty of a hundred unknown names, in at most 16 kB', async () => {
    for (const letter of ['n', '"', '\\', '\u0001', '€', '🦤', '\u2028']) {
      const names = Array.from({ length: 100 }, (_, n) => [`${letter.repeat(2_000)}${n}`, 1]);
      const { status, text } = await send(route, JSON.stringify(Object.fromEntries(names)));
      expect({ letter, status }).toEqual({ letter, status: 400 });
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(16_384);
      expect((JSON.parse(text) as { errors: unknown[] }).errors).toHaveLength(20);
      expect(text).not.toMatch(/\\ud[89a-f]/i);
    }
  });
});

describe.each([...ROUTES, ...ACTIONS])('%s %s', (...route) => {
  it.each([
    { 'content-type': 'text/plain' },
    { 'content-type': 'text/json' },
    { 'content-type': 'application/x-www-form-urlencoded' },
    { 'content-type': 'multipart/form-data; boundary=x' },
    { 'content-type': 'application/vnd.api+json' },
    { 'content-type': 'application/jsonp' },
    { 'content-type': ';' },
    { 'content-type': 'application/json; charset=latin1' },
    { 'content-type': 'application/json; charset="utf-16"' },
    { 'content-type': 'application/json;version=1; Charset=ISO-8859-1' },
    { 'content-type': 'application/json; charset=utf-8; charset=latin1' },
    { 'content-encoding': 'gzip' },
    { 'content-encoding': 'br, identity' },
  ])('a route with a body refuses a body sent with %j', async (headers) => {
    const answer = await send(route, '{"email":"a@gad.local"}', headers);
    expectProblem(answer, 415, 'UNSUPPORTED_MEDIA_TYPE');
    expect(answer.headers.get('accept')).toBe('application/json');
  });
});

describe('a body', () => {
  const login = ['POST', '/auth/login'] as const;
  const good = '{"email":"usuario@gad.local","password":"gad-demo"}';

  it.each([
    ['application/json'],
    ['application/json; charset=utf-8'],
    ['Application/JSON;Charset="UTF-8"'],
    ['application/json; profile=x'],
  ])('a body is read as %s', async (type) => {
    expect(await send(login, good, { 'content-type': type })).toMatchObject({ status: 200 });
  });

  it('a body may begin with a byte order mark, and holds what was sent', async () => {
    expect(await send(login, `\ufeff${good}`)).toMatchObject({ status: 200 });
    const titulo = '\ufffd 🦤 ñ \u0301';
    const made = await send(['POST', '/tareas'], JSON.stringify(tareaBody({ titulo })));
    expect(made).toMatchObject({ status: 201, body: { titulo } });
  });

  it.each([
    ['POST', '/auth/login', '{}', 'email is required'],
    ['POST', '/auth/login', 'null', 'email is required'],
    ['POST', '/auth/login', '{"email":null,"password":"x"}', 'email must be text'],
    ['POST', '/auth/login', '{"email":"a@gad.local"}', 'password is required'],
    ['POST', '/auth/login', '{"email":"a@gad.local","password":7}', 'password must be text'],
    ['POST', '/auth/refresh', '{}', 'refresh_token is required'],
    ['POST', '/auth/refresh', '{"refresh_token":["x"]}', 'refresh_token must be text'],
    ['POST', '/tareas', '{}', 'titulo is required'],
    ['POST', '/usuarios', '{}', 'dni is required'],
    ['PATCH', '/usuarios/2', '{"nombre":7}', 'nombre must be text'],
  ])('%s %s %s is refused for what is wrong first', async (method, path, body, detail) => {
    const answer = await send([method, path], body);
    expectProblem(answer, 400, 'VALIDATION_FAILED');
    expect(answer.body).toMatchObject({ detail });
  });
});

describe('a query', () => {
  const LISTS = ['/tareas', '/usuarios', '/cache/keys', '/stats/user/2'];
  const get = (path: string) => api.get(path, { as: 'admin' });

  it.each(LISTS)('a query of %s knows none of the names of Object.prototype', async (path) => {
    for (const name of ['constructor', 'toString', '__proto__', 'hasOwnProperty', 'valueOf']) {
      const answer = await get(`${path}?${name}=1`);
      expectProblem(answer, 400, 'VALIDATION_FAILED');
      expect(answer.body.errors).toEqual([{ field: name, message: 'is not a known name' }]);
    }
  });

  it.each([
    ['/tareas', 'limit'],
    ['/tareas', 'cursor'],
    ['/tareas', 'estado'],
    ['/tareas', 'desde'],
    ['/tareas', 'delegado_usuario_id'],
    ['/usuarios', 'limit'],
    ['/cache/keys', 'pattern'],
    ['/stats/user/2', 'days'],
    ['/stats/user/2', 'use_cache'],
  ])('%s takes %s once', async (path, name) => {
    const answer = await get(`${path}?${name}=1&${name}=2`);
    expectProblem(answer, 400, 'VALIDATION_FAILED');
    expect(answer.body.detail).toBe(`${name} must be given once`);
  });

  it('a query of thousands of names is refused with twenty of them', async () => {
    const names = Array.from({ length: 3_000 }, (_, n) => n.toString(36)).join('&');
    const answer = await get(`/tareas?${names}`);
    expectProblem(answer, 400, 'VALIDATION_FAILED');
    expect(answer.body.errors).toHaveLength(20);
    expect((await get(`/tareas?${'limit=1&'.repeat(1_500)}`)).body.errors).toHaveLength(1);
  });

  it.each(['%ff', '%C3', '%ED%A0%80', '%C0%AF', '%', '%zz', '%u0041'])(
    'with %s is no percent-encoded UTF-8',
    async (text) => {
      for (const path of [...LISTS, '/nada', '/auth/me']) {
        expectProblem(await get(`${path}?cursor=${text}`), 400, 'MALFORMED_REQUEST');
      }
    },
  );

  it.each(['constructor', 'toString', '__proto__'])(
    'a query finds no %s in an enumeration',
    async (text) => {
      expectProblem(await get(`/tareas?estado=${text}`), 400, 'VALIDATION_FAILED');
      for (const field of ['tipo', 'estado']) {
        const answer = await api.patch('/tareas/1', { as: 'admin', body: { [field]: text } });
        expectProblem(answer, 400, 'VALIDATION_FAILED');
      }
      const rol = await api.patch('/usuarios/2', { as: 'admin', body: { rol: text } });
      expectProblem(rol, 400, 'VALIDATION_FAILED');
    },
  );
});
