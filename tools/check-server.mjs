/**
 * Compares the bundled server with the compiled one, which it is made from: the same OpenAPI document
 * (names and types of all bodies), the same answers, refusals included, and the same words from the
 * commands. Embedded, and on PostgreSQL and Redis; run `npm run build` first:
 *
 *   node --import ./tools/typescript.mjs tools/check-server.mjs
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { startPostgres } from '../test/servers/postgres-server.ts';
import { startRedis } from '../test/servers/redis-server.ts';

const { fetch } = globalThis;
const root = fileURLToPath(new URL('..', import.meta.url));
const COMPILED = {
  main: 'dist/apps/api/src/main.js',
  admin: 'dist/apps/api/src/admin/admin.main.js',
  seed: 'dist/apps/api/src/seed/seed.main.js',
  migrate: 'dist/apps/api/src/database/migrate.main.js',
  doctor: 'dist/apps/api/src/doctor/doctor.main.js',
};
const BUNDLED = Object.fromEntries(
  Object.keys(COMPILED).map((name) => [name, `dist/server/${name}.js`]),
);
const START_MS = 60_000;

const postgres = await startPostgres();
const redis = await startRedis();
try {
  await compare('embedded', () => ({}));
  await compare('on servers', async (which) => ({
    DATABASE_URL: await postgres.createDatabase(`check_${which}`),
    REDIS_URL: redis.url,
    CACHE_PREFIX: `${which}:`,
  }));
} finally {
  await redis.stop();
  await postgres.stop();
}

async function compare(where, variablesFor) {
  const compiled = await outcomes(COMPILED, await variablesFor('compiled'));
  const bundled = await outcomes(BUNDLED, await variablesFor('bundled'));
  for (const [what, expected] of Object.entries(compiled)) {
    if (isDeepStrictEqual(bundled[what], expected)) continue;
    const [one, other] = [expected, bundled[what]].map((each) => JSON.stringify(each));
    process.stderr.write(`${where}, the bundle differs in ${what}:\n${one}\n${other}\n`);
    process.exitCode = 1;
  }
}

async function outcomes(programs, variables) {
  const dataDir = mkdtempSync(join(tmpdir(), 'gad-server-'));
  try {
    const env = { PATH: process.env.PATH, DATA_DIR: dataDir, LOG_LEVEL: 'warn', DEMO_DATA: 'true' };
    Object.assign(env, variables);
    return { ...(await answers(programs.main, env)), ...words(programs, env) };
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function answers(program, env) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const server = spawn(process.execPath, ['--enable-source-maps', program], {
    cwd: root,
    env: { ...env, HOST: '127.0.0.1', PORT: String(port) },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const ended = once(server, 'exit');
  try {
    const begin = performance.now();
    while (!(await fetch(`${url}/health/live`).then(read, () => undefined))) {
      if (server.exitCode !== null || performance.now() - begin > START_MS)
        throw new Error(`${program} does not start`);
      await sleep(50);
    }
    const json = { 'content-type': 'application/json' };
    const ask = async (path, method = 'GET', body = undefined, headers = {}) =>
      read(
        await fetch(url + path, {
          method,
          headers: body === undefined ? headers : { ...json, ...headers },
          body: body === undefined ? null : JSON.stringify(body),
        }),
      );
    const login = { email: 'admin@gad.local', password: 'gad-demo' };
    const { body: tokens } = await ask('/api/v1/auth/login', 'POST', login);
    const authorization = { authorization: `Bearer ${tokens.access_token}` };
    const tarea = {
      ...{ titulo: 'Ronda', tipo: 'patrullaje', prioridad: 3, delegado_usuario_id: 2 },
      inicio_programado: '2026-12-01T20:00:00Z',
    };
    return {
      '/docs-json': await ask('/docs-json'),
      '/docs': await ask('/docs'),
      stores: storesIn(await ask('/health/ready')),
      'a hit': (
        await fetch(`${url}/api/v1/stats/user/2?days=30`, { headers: authorization })
      ).headers.get('cache-status'),
      'a login': Object.keys(tokens),
      'a refused login': await ask('/api/v1/auth/login', 'POST', { email: 'x' }),
      statistics: Object.keys(
        (await ask('/api/v1/stats/user/2?days=30', 'GET', undefined, authorization)).body,
      ),
      'a tarea': Object.keys((await ask('/api/v1/tareas', 'POST', tarea, authorization)).body),
      'a refused tarea': await ask(
        '/api/v1/tareas',
        'POST',
        { ...tarea, prioridad: 9 },
        authorization,
      ),
      'a refused change': await ask(
        '/api/v1/tareas/1',
        'PATCH',
        { inicio_programado: 'x' },
        authorization,
      ),
      'a list': await ask('/api/v1/tareas?limit=2&estado=nope', 'GET', undefined, authorization),
    };
  } finally {
    server.kill('SIGTERM');
    await ended;
  }
}

function storesIn({ status, body }) {
  return [status, body.details?.database?.kind, body.details?.cache];
}

/** What the commands say where there is nothing to do, or too little was said. */
function words({ admin, seed, migrate, doctor }, env) {
  const run = (program, ...args) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
      cwd: root,
      env,
      encoding: 'utf8',
    });
    // Times, process ids and folders differ.
    const plain = (text) => text.replaceAll(/\/tmp\S+|check_\w+|\d+/g, '·');
    return { status, stdout: plain(stdout), stderr: plain(stderr) };
  };
  return {
    'admin without arguments': run(admin),
    'seed with an unknown one': run(seed, '--nonsense'),
    migrate: run(migrate),
    'doctor with an unknown one': run(doctor, '--nonsense'),
  };
}

async function read(response) {
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') === true;
  const body = isJson ? JSON.parse(text) : text;
  if (isJson) delete body.request_id;
  return { status: response.status, body };
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}
