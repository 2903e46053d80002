import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { freePort } from '../../test/servers/ports.js';
import { startPostgres, type PostgresServer } from '../../test/servers/postgres-server.js';
import { startRedis, type RedisServer } from '../../test/servers/redis-server.js';
import { startTcpProxy, type TcpProxy } from '../../test/servers/tcp-proxy.js';
import { KEYS, valueOf } from './readers.js';

const PROGRAM = fileURLToPath(new URL('./subject.main.ts', import.meta.url));
const LOADER = new URL('../../tools/typescript.mjs', import.meta.url).href;

/** A Redis that finds a file at its start takes 2 ms a key, and looks at its clients meanwhile. */
const SLOW_LOADING = { 'key-load-delay': '2000', 'loading-process-events-interval-bytes': '1024' };

/** The servers of one run, and the network between the subject and Redis. */
export interface Stage {
  readonly redis: RedisServer;
  readonly postgres: PostgresServer;
  readonly proxy: TcpProxy;
}

export async function setStage(): Promise<Stage> {
  const [redis, postgres] = await Promise.all([
    startRedis({ config: SLOW_LOADING }),
    startPostgres(),
  ]);
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  await client.query('create table rows (key text primary key, value text not null)');
  const keys = Array.from({ length: KEYS }, (_, n) => `k${n}`);
  await client.query('insert into rows select * from unnest($1::text[], $2::text[])', [
    keys,
    keys.map(valueOf),
  ]);
  await client.end();
  return { redis, postgres, proxy: await startTcpProxy(redis.port) };
}

export async function clearStage({ redis, postgres, proxy }: Stage): Promise<void> {
  await proxy.close();
  await Promise.all([redis.stop(), postgres.stop()]);
}

/** One application process under test. */
export interface RunningSubject {
  readonly url: string;
  readonly pid: number;
  readonly exited: boolean;
  readonly child: ChildProcess;
  stop(): Promise<void>;
}

/** Starts a subject; one that does not listen within ten seconds counts as one that never did. */
export async function startSubject(name: string, stage: Stage): Promise<RunningSubject> {
  const port = await freePort();
  const child = fork(PROGRAM, {
    execArgv: ['--expose-gc', '--import', LOADER],
    env: {
      ...process.env,
      SUBJECT: name,
      REDIS_URL: `redis://127.0.0.1:${stage.proxy.port}`,
      DATABASE_URL: stage.postgres.url,
      PORT: String(port),
    },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const ended = once(child, 'exit');
  await Promise.race([
    once(child, 'message', { signal: AbortSignal.timeout(10_000) }),
    ended,
  ]).catch(() => undefined);
  return {
    url: `http://127.0.0.1:${port}`,
    pid: child.pid ?? 0,
    get exited() {
      return child.exitCode !== null || child.signalCode !== null;
    },
    child,
    stop: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
