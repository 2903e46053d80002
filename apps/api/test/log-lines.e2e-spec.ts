import { Writable } from 'node:stream';
import { expect, it } from '@jest/globals';
import { readAppConfig } from '../src/config/app-config.js';
import { createPino, PinoLogger } from '../src/logging/pino-logger.js';
import { requestContext } from '../src/logging/request-context.js';
import { startApiProcess } from './support/api-process.js';

/** The names of the outermost object, as often as they stand in the text. */
function names(line: string): string[] {
  const found: string[] = [];
  let depth = 0;
  let last = '';
  for (const [token] of line.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]:,]/g)) {
    if (token === '{' || token === '[') depth += 1;
    else if (token === '}' || token === ']') depth -= 1;
    else if (token === ':' && depth === 1) found.push(last);
    else last = token;
  }
  return found;
}

function expectOnce(lines: readonly string[]): void {
  for (const line of lines)
    expect({ line, names: names(line) }).toEqual({ line, names: [...new Set(names(line))] });
}

it('a line of the running API names each field once', async () => {
  const api = await startApiProcess({ LOG_LEVEL: 'trace', NODE_ENV: 'test' });
  try {
    const call = (path: string, init?: RequestInit) => fetch(`${api.url}${path}`, init);
    const json = { 'content-type': 'application/json' };
    const login = await call('/api/v1/auth/login', {
      method: 'POST',
      headers: json,
      body: '{"email":"admin@gad.local","password":"gad-demo"}',
    });
    const { access_token: token } = (await login.json()) as { access_token: string };
    const headers = { authorization: `Bearer ${token}` };
    for (const path of [
      '/stats/user/2',
      '/cache/stats',
      '/cache/keys',
      '/tareas?limit=x',
      '/nada',
    ]) {
      await (await call(`/api/v1${path}`, { headers })).text();
    }
    await (await call('/api/v1/cache/clear', { method: 'POST', headers })).text();
    await (await call('/api/v1/tareas/%E0%A4%A')).text();
    await (await call('/docs/swagger-ui.css', { headers: { range: 'bytes=9999999-' } })).text();
  } finally {
    await api.dispose();
  }
  const lines = api.output.split('\n').filter((line) => line.startsWith('{'));
  expect(lines.filter((line) => line.includes('"requestId"')).length).toBeGreaterThan(8);
  expectOnce(lines);
});

it('a field that is named like one of the line’s own goes by another name', async () => {
  const lines: string[] = [];
  const to = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      lines.push(chunk.toString());
      done();
    },
  });
  const pino = await createPino(readAppConfig({ NODE_ENV: 'test', LOG_LEVEL: 'trace' }), to);
  const context = { requestId: 'r-1', clientAddress: '' };
  requestContext.run(context, () => {
    const logger = new PinoLogger(pino);
    logger.log(
      { message: 'x', level: 7, time: 8, msg: 'y', requestId: 'r-2', context: 'own' },
      'Other',
    );
    pino.child({ requestId: 'r-1' }).info('of Fastify');
  });
  expectOnce(lines);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    level: 'info',
    level_: 7,
    time_: 8,
    msg: 'x',
  });
  expect(JSON.parse(lines[1] ?? '')).toMatchObject({ requestId: 'r-1', msg: 'of Fastify' });
});
