/**
 * The statistics of the API and the writes to tareas behind another cache: the same tables
 * and the same SQL, so that what differs is the cache. There is no login, which saves the rivals
 * a query a request. Configured by ADAPTER (one of the coherence harness), REDIS_URL or REDIS_CLUSTER and
 * REDIS_CLUSTER_MAP, DATABASE_URL, HOST and PORT.
 */
import { createServer, type IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { openPostgres } from '../../apps/api/src/database/postgres/open-postgres.js';
import { StatisticsRepository } from '../../apps/api/src/statistics/statistics.repository.js';
import {
  statisticsKey,
  userStatisticsPattern,
} from '../../apps/api/src/statistics/statistics.cache.js';
import { TareasRepository, type TareaChange } from '../../apps/api/src/tareas/tareas.repository.js';
import { recipeOf } from '../coherence/adapters.js';
import { PERIODS, USUARIOS_FROM, USUARIOS_TO } from './slots.js';

/** How often an invalidation is tried before the write is answered all the same, and the pause. */
const ATTEMPTS = 3;
const RETRY_MS = 50;

const { ADAPTER = '', DATABASE_URL = '', HOST = '', PORT = '' } = process.env;
const { REDIS_URL, REDIS_CLUSTER = '', REDIS_CLUSTER_MAP = '' } = process.env;

const database = await openPostgres(DATABASE_URL, { poolSize: 10 });
const statistics = new StatisticsRepository(database);
const tareas = new TareasRepository(database);
const recipe = await recipeOf(ADAPTER);
// Every key there can be, for caches that cannot find keys by pattern.
const keys = Array.from({ length: USUARIOS_TO - USUARIOS_FROM }, (_, n) =>
  PERIODS.map((days) => statisticsKey(USUARIOS_FROM + n, days)),
).flat();
const urls = REDIS_CLUSTER.split(',').map((address) => `redis://${address}`);
const addressMap = Object.fromEntries(
  REDIS_CLUSTER_MAP.split(',').map((pair) => {
    const [announced = '', reached = ''] = pair.split('>');
    const [host = '', port] = reached.split(':');
    return [announced, { host, port: Number(port) }];
  }),
);
const cache = await recipe.open({ redisUrl: REDIS_URL ?? urls.join(','), addressMap, keys });

interface Reply {
  readonly status: number;
  readonly body?: unknown;
}

async function read(usuario: number, days: number): Promise<Reply> {
  let hit = true;
  const value = await cache.get(statisticsKey(usuario, days), () => {
    hit = false;
    return statistics.forUser(usuario, days);
  });
  // What a rival hands out is judged by the harness.
  return { status: 200, body: { ...(value as object), _cache: { hit } } };
}

/** As in every guide: commit, then invalidate; a cache that stays unavailable does not undo a write. */
async function invalidate(usuario: number): Promise<void> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    try {
      await cache.invalidatePattern(userStatisticsPattern(usuario));
      return;
    } catch {
      await sleep(RETRY_MS);
    }
  }
}

async function create(request: IncomingMessage): Promise<Reply> {
  // The harness sends what the API takes.
  const body = (await json(request)) as { titulo: string; delegado_usuario_id: number };
  const usuario = body.delegado_usuario_id;
  const tarea = await database.transaction((tx) =>
    tareas.insert(tx, {
      codigo: `R-${process.hrtime.bigint()}-${process.pid}`,
      titulo: body.titulo,
      tipo: 'patrullaje',
      prioridad: 3,
      inicioProgramado: new Date(),
      delegadoUsuarioId: usuario,
      creadoPorUsuarioId: usuario,
    }),
  );
  await invalidate(usuario);
  return { status: 201, body: { id: tarea.id } };
}

async function change(id: number, what: TareaChange): Promise<Reply> {
  const { delegadoUsuarioId } = await database.transaction((tx) => tareas.update(tx, id, what));
  await invalidate(delegadoUsuarioId);
  return { status: 200 };
}

async function remove(id: number): Promise<Reply> {
  const usuario = await database.transaction(async (tx) => {
    const tarea = await tareas.findForUpdate(tx, id);
    if (tarea !== undefined) await tareas.softDelete(tx, id);
    return tarea?.delegadoUsuarioId;
  });
  if (usuario === undefined) return { status: 404 };
  await invalidate(usuario);
  return { status: 204 };
}

async function answer(request: IncomingMessage): Promise<Reply> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  const [, , , feature = '', ...rest] = pathname.split('/');
  if (pathname === '/health/live') return { status: 200 };
  if (feature === 'auth') return { status: 200, body: { access_token: 'none' } };
  if (feature === 'stats') return read(Number(rest[1]), Number(searchParams.get('days')));
  if (request.method === 'POST') return create(request);
  const id = Number(rest[0]);
  if (request.method === 'DELETE') return remove(id);
  // As above.
  const { estado } = (await json(request)) as { estado: 'en_curso' | 'finalizada' };
  const now = new Date();
  const dates = estado === 'en_curso' ? { inicioReal: now } : { finReal: now };
  return change(id, { estado, ...dates });
}

createServer((request, response) => {
  answer(request)
    .catch((error: unknown): Reply => ({ status: 500, body: { error: String(error) } }))
    .then(({ status, body }) => {
      response.statusCode = status;
      response.setHeader('content-type', 'application/json');
      // Node adds the length, as nothing was sent before.
      response.end(body === undefined ? undefined : JSON.stringify(body));
    })
    .catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : undefined);
    });
}).listen(Number(PORT), HOST);
