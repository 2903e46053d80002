import { execFile } from 'node:child_process';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import openapiTypescript, { astToString } from 'openapi-typescript';
import { DEMO_PASSWORD, EMAILS, TestApi } from './support/api.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const run = promisify(execFile);

/** A program of the web app: it compiles only against a correct document. */
const PROGRAM = `
import createClient from 'openapi-fetch';
import type { components, paths } from './gad.js';

const [baseUrl = '', email = '', password = ''] = process.argv.slice(2);
const client = createClient<paths>({ baseUrl });
const login = await client.POST('/api/v1/auth/login', { body: { email, password } });
if (!login.data) throw new Error(login.error.detail);
client.use({
  onRequest({ request }) {
    request.headers.set('authorization', \`Bearer \${login.data.access_token}\`);
  },
});

const created = await client.POST('/api/v1/tareas', {
  params: { header: { 'Idempotency-Key': 'generated-client' } },
  body: {
    titulo: 'Del cliente generado',
    tipo: 'patrullaje',
    prioridad: 3,
    inicio_programado: '2026-12-01T20:00:00Z',
    delegado_usuario_id: 2,
  },
});
if (!created.data) throw new Error(created.error.detail);
const tarea: components['schemas']['TareaDto'] = created.data;
const path = { id: tarea.id };

const ifMatch = created.response.headers.get('etag') ?? '';
// @ts-expect-error an estado that does not exist
const invalid: components['schemas']['UpdateTareaDto'] = { estado: 'nada' };
const changed = await client.PATCH('/api/v1/tareas/{id}', {
  params: { path, header: { 'If-Match': ifMatch } },
  body: { descripcion: 'Larga', fin_programado: null },
});
const stale = await client.PATCH('/api/v1/tareas/{id}', {
  params: { path, header: { 'If-Match': ifMatch } },
  body: { titulo: 'Tarde' },
});
const code: components['schemas']['ProblemDto']['code'] | undefined = stale.error?.code;
const telefono = await client.PATCH('/api/v1/usuarios/{id}', {
  params: { path: { id: 2 } },
  body: { telefono: null },
});
const list = await client.GET('/api/v1/tareas', {
  params: { query: { q: 'cliente generado', sort: '-prioridad', limit: 5 } },
});
const statistics = await client.GET('/api/v1/stats/user/{user_id}', {
  params: { path: { user_id: 2 }, query: { days: 30 } },
});
console.log(
  JSON.stringify({
    delegado: tarea.delegado.id,
    version: changed.data?.version,
    code,
    telefono: telefono.data?.telefono,
    rol: telefono.data?.rol,
    found: list.data?.items.map(({ id }) => id === tarea.id),
    hit: typeof statistics.data?._cache.hit,
    invalid: invalid.estado,
  }),
);
`;

const COMPILER_OPTIONS = {
  target: 'ES2023',
  module: 'nodenext',
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: true,
  types: ['node'],
};

let api: TestApi;
let folder: string;
beforeAll(async () => {
  api = await TestApi.start('embedded');
  folder = await mkdtemp(join(tmpdir(), 'gad-client-'));
});
afterAll(async () => {
  await api.stop();
  await rm(folder, { recursive: true, force: true });
});

describe('a client that is generated from the OpenAPI document', () => {
  it('a client that is generated from the OpenAPI document compiles under strict settings and talks to the API', async () => {
    const { body: document } = await api.get('//docs-json');
    const types = astToString(await openapiTypescript(document));
    await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    const files = {
      'package.json': '{ "type": "module" }',
      'tsconfig.json': JSON.stringify({ compilerOptions: COMPILER_OPTIONS, files: ['app.ts'] }),
      'gad.d.ts': types,
      'app.ts': PROGRAM,
    };
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    // What does not compile is in the error that this rejects with.
    await run(process.execPath, [tsc, '-p', folder]);
    const { stdout } = await run(process.execPath, [
      ...[join(folder, 'app.js'), api.url, EMAILS.admin, DEMO_PASSWORD],
    ]);
    expect(JSON.parse(stdout)).toEqual({
      delegado: 2,
      version: 2,
      code: 'PRECONDITION_FAILED',
      telefono: null,
      rol: 'usuario',
      found: [true],
      hit: 'boolean',
      invalid: 'nada',
    });
  });
});
