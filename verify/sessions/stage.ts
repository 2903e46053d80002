import { createSecretKey, randomUUID } from 'node:crypto';
import pg from 'pg';
import { startApiProcess, type ApiProcess } from '../../apps/api/test/support/api-process.js';
import { genuine } from '../../apps/api/test/support/forged-tokens.js';
import { startPostgres, type PostgresServer } from '../../test/servers/postgres-server.js';
import { startRedis, type RedisServer } from '../../test/servers/redis-server.js';
import { HttpCalls } from '../faults/http-call.js';

const SECRET = 'the same secret in all of the processes';
const TIMEOUT_MS = 10_000;
const ADMIN_ID = 1;

/** A sesion that was opened in the database, with a token for it. */
export interface Opened {
  readonly usuarioId: number;
  readonly sesionId: string;
  readonly token: string;
}

export interface StageOptions {
  readonly processes: number;
  /** Copies in the memory of the processes, behind the barrier. */
  readonly local: boolean;
}

/** API processes over one Redis and one PostgreSQL, all of its own. */
export class Stage {
  readonly #calls = new HttpCalls();
  readonly #key = createSecretKey(Buffer.from(SECRET));
  #made = 0;

  private constructor(
    readonly redis: RedisServer,
    readonly postgres: PostgresServer,
    readonly database: pg.Pool,
    readonly processes: readonly ApiProcess[],
  ) {}

  static async set({ processes, local }: StageOptions): Promise<Stage> {
    const [redis, postgres] = await Promise.all([startRedis(), startPostgres()]);
    const variables = {
      DATABASE_URL: postgres.url,
      REDIS_URL: redis.url,
      JWT_SECRET: SECRET,
      ...(local ? { CACHE_LOCAL: 'true' } : {}),
    };
    const started = [];
    // One after the other: the first one migrates.
    for (let at = 0; at < processes; at += 1) started.push(await startApiProcess(variables));
    const database = new pg.Pool({ connectionString: postgres.url, max: 4 });
    database.on('error', () => undefined);
    return new Stage(redis, postgres, database, started);
  }

  async clear(): Promise<void> {
    this.#calls.close();
    await Promise.all(this.processes.map((process) => process.dispose()));
    await this.database.end();
    await Promise.all([this.redis.stop(), this.postgres.stop()]);
  }

  /** A usuario with whose password no login is possible. */
  async usuario(rol: 'usuario' | 'supervisor'): Promise<number> {
    this.#made += 1;
    const name = `v${this.#made}`;
    const { rows } = await this.database.query<{ id: number }>(
      `insert into usuarios (dni, nombre, apellido, email, rol, password_hash)
       values ($1, 'V', 'V', $1 || '@verify.gad.local', $2, 'none') returning id`,
      [name, rol],
    );
    return rows[0]?.id ?? 0;
  }

  /** Spares the password: hashing one takes a hundred times as long as what is judged here. */
  async open(usuarioId: number): Promise<Opened> {
    const sesionId = randomUUID();
    await this.database.query(
      `insert into sesiones (id, usuario_id, expires_at) values ($1, $2, now() + interval '1 day')`,
      [sesionId, usuarioId],
    );
    const now = Math.floor(Date.now() / 1_000);
    const token = genuine(this.#key, {
      iss: 'gad-api',
      aud: 'gad',
      sub: String(usuarioId),
      sid: sesionId,
      jti: randomUUID(),
      iat: now,
      exp: now + 86_400,
    });
    return { usuarioId, sesionId, token };
  }

  admin(): Promise<Opened> {
    return this.open(ADMIN_ID);
  }

  /** The status of one request to one process; 0: no answer. */
  async status(
    at: number,
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    path: string,
    token: string,
    body?: unknown,
  ): Promise<number> {
    const process = this.processes[at % this.processes.length];
    if (process === undefined) throw new Error('There is no process.');
    const call = { url: process.url, method, path, token, timeoutMs: TIMEOUT_MS };
    return (await this.#calls.call(body === undefined ? call : { ...call, body })).status;
  }
}
