/**
 * How many loads does a write cost? After the load of the next read, is the value still there when
 * the relay has applied the write? Starts its own servers and API processes:
 *
 *   npm run verify:loads -- [--writes 1000] [--processes 2] [--lanes 8]
 *
 * Each lane changes a tarea of its own usuario on one process and reads the statistics on another.
 * When every process is known to have seen the relay's next rounds, it reads again. Ends with 1 when
 * a second read had to load.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { expectFigure, machine } from '../../bench/measure.js';
import { startApiProcess, type ApiProcess } from '../../apps/api/test/support/api-process.js';
import { logIn } from '../../bench/log-in.js';
import { startPostgres } from '../../test/servers/postgres-server.js';
import { startRedis } from '../../test/servers/redis-server.js';

/** Longer than two rounds of a relay that no notification wakes. */
const APPLIED_MS = 250;
const JSON_TYPE = { 'content-type': 'application/json' };

interface Lane {
  readonly usuario: number;
  readonly tarea: number;
}

const { values } = parseArgs({
  options: {
    writes: { type: 'string', default: '1000' },
    processes: { type: 'string', default: '2' },
    lanes: { type: 'string', default: '8' },
  },
});
const [redis, postgres] = await Promise.all([startRedis(), startPostgres()]);
const processes: ApiProcess[] = [];
try {
  const variables = {
    ...{
      REDIS_URL: redis.url,
      DATABASE_URL: postgres.url,
      JWT_SECRET: 'the same secret in all of the processes',
    },
    ...{ CACHE_LOG_LEVEL: 'off' },
  };
  // One after the other: the first one migrates.
  while (processes.length < Number(values.processes)) {
    processes.push(await startApiProcess(variables));
  }
  const headers = await logIn(at(0));
  const lanes: Lane[] = [];
  while (lanes.length < Number(values.lanes)) lanes.push(await makeLane(headers, lanes.length));
  const counts = { writes: 0, first: 0, second: 0 };
  const begun = performance.now();
  await Promise.all(lanes.map((lane) => run(lane, headers, counts)));
  const seconds = ((performance.now() - begun) / 1_000).toFixed(0);
  console.log(machine());
  console.log(
    `${counts.writes} writes on ${processes.length} processes in ${seconds} s: ` +
      `${counts.first} first reads loaded, ${counts.second} second reads loaded`,
  );
  expectFigure('every write made the next read load', counts.first === counts.writes);
  expectFigure('no second read had to load', counts.second === 0);
} finally {
  await Promise.all(processes.map((process) => process.dispose()));
  await Promise.all([redis.stop(), postgres.stop()]);
}

async function run(
  { usuario, tarea }: Lane,
  headers: Readonly<Record<string, string>>,
  counts: { writes: number; first: number; second: number },
): Promise<void> {
  const path = `/stats/user/${usuario}?days=30`;
  const load = (turn: number): Promise<boolean> => loads(turn + 1, path, headers);
  while (counts.writes < Number(values.writes)) {
    const turn = (counts.writes += 1);
    const body = JSON.stringify({ titulo: `Ronda ${turn}` });
    await call(turn, `/tareas/${tarea}`, {
      method: 'PATCH',
      headers: { ...headers, ...JSON_TYPE },
      body,
    });
    if (await load(turn)) counts.first += 1;
    await sleep(APPLIED_MS);
    if (await load(turn)) counts.second += 1;
  }
}

/** A usuario with one tarea, made through the API. */
async function makeLane(headers: Readonly<Record<string, string>>, n: number): Promise<Lane> {
  const post = async (path: string, body: unknown): Promise<number> => {
    const options = {
      method: 'POST',
      headers: { ...headers, ...JSON_TYPE },
      body: JSON.stringify(body),
    };
    // What the API answers a creation with.
    return ((await (await call(0, path, options)).json()) as { id: number }).id;
  };
  const usuario = await post('/usuarios', {
    ...{ dni: String(70_000_000 + n), nombre: 'Nora', apellido: 'Paz', rol: 'usuario' },
    ...{ email: `nora-${n}@example.org`, password: 'una clave larga y propia 42' },
  });
  const tarea = await post('/tareas', {
    ...{ titulo: 'Ronda', tipo: 'patrullaje', prioridad: 3, delegado_usuario_id: usuario },
    ...{ inicio_programado: new Date().toISOString() },
  });
  return { usuario, tarea };
}

/** Whether a read had to load. */
async function loads(
  process: number,
  path: string,
  headers: Readonly<Record<string, string>>,
): Promise<boolean> {
  const answer = await call(process, path, { headers });
  await answer.arrayBuffer();
  return !(answer.headers.get('cache-status') ?? '').includes('hit');
}

async function call(process: number, path: string, options: RequestInit): Promise<Response> {
  const answer = await fetch(`${at(process).url}/api/v1${path}`, options);
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
  return answer;
}

function at(turn: number): ApiProcess {
  const process = processes[turn % processes.length];
  if (process === undefined) throw new Error('There is no process.');
  return process;
}
