import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { CYCLES, LAST_VERSION, versionOf } from './statistics-state.js';

/** Periods in days for which statistics are read; every tarea of a run lies in all of them. */
export const PERIODS = [7, 30, 90] as const;

/** The ids of the usuarios of a run. None is used twice, whatever the database is put back to. */
export const USUARIOS_FROM = 1_000;
export const USUARIOS_TO = 4_000;

const RETRY_MS = 100;

/** One usuario at a time, who is written by one writer; a used-up one is replaced. */
export interface Slot {
  usuario: number;
  version: number;
  /** The tarea that was created and not yet finished. */
  open: number | undefined;
  /** Those that are still to be deleted. */
  pausadas: number[];
  /** Nothing is written before then; microseconds of the history's clock. */
  restUntil: number;
}

/** The usuarios under load, and what the database itself says of them. */
export class Slots {
  readonly all: Slot[] = [];
  readonly #pool: pg.Pool;
  #next = USUARIOS_FROM;

  constructor(databaseUrl: string) {
    this.#pool = new pg.Pool({ connectionString: databaseUrl, max: 4 });
    // A connection that ends, idle or not, is replaced.
    this.#pool.on('error', () => undefined);
    this.#pool.on('connect', (client) => client.on('error', () => undefined));
  }

  /** As many fresh usuarios, all at version 0. */
  async fill(count: number): Promise<void> {
    this.all.length = 0;
    for (let n = 0; n < count; n += 1) {
      this.all.push({ usuario: 0, version: 0, open: undefined, pausadas: [], restUntil: 0 });
    }
    await Promise.all(this.all.map((slot) => this.renew(slot)));
  }

  /** Puts a fresh usuario in the place of one that is used up. */
  async renew(slot: Slot): Promise<void> {
    const usuario = this.#next++;
    if (usuario >= USUARIOS_TO) throw new Error('every usuario is used up: make shorter runs');
    await this.#retryWhileUnavailable(async (client) => {
      await client.query(
        `insert into usuarios (id, dni, nombre, apellido, email, password_hash)
         values ($1::int, 'F-' || $1::int, 'Nora', 'Paz', 'nora-' || $1::int || '@example.org', 'x')
         on conflict do nothing`,
        [usuario],
      );
      await client.query(
        `insert into tareas (codigo, titulo, tipo, prioridad, estado, inicio_programado,
                             inicio_real, delegado_usuario_id, creado_por_usuario_id)
         select 'F-' || $1::int || '-' || n, 'Ronda', 'patrullaje', 3, 'pausada', now(), now(),
                $1::int, $1::int
           from generate_series(1, $2::int) as n
         on conflict do nothing`,
        [usuario, CYCLES],
      );
    });
    await this.learn(slot, usuario);
  }

  /**
   * Takes over from the database what is true of a usuario. Waits until no write is under way any
   * more, by whichever process: one that was killed may have left a commit behind on the wire.
   *
   * @returns false when the database does not know the usuario
   */
  async learn(slot: Slot, usuario = slot.usuario): Promise<boolean> {
    const rows = await this.#retryWhileUnavailable(async (client) => {
      await client.query('lock table tareas in share mode');
      const { rows: found } = await client.query<{ id: number; estado: string }>(
        `select id::int, estado from tareas
          where delegado_usuario_id = $1 and deleted_at is null order by id`,
        [usuario],
      );
      return found;
    });
    if (rows.length === 0) return false;
    const of = (estado: string): number[] =>
      rows.filter((row) => row.estado === estado).map(({ id }) => id);
    const [programadas, started, pausadas] = [of('programada'), of('en_curso'), of('pausada')];
    const version = versionOf({
      total_tareas: rows.length,
      completadas: of('finalizada').length,
      en_progreso: started.length,
      programadas: programadas.length,
      pausadas: pausadas.length,
      canceladas: of('cancelada').length,
    });
    if (version === undefined) throw new Error(`usuario ${usuario} is in no state of a run`);
    const open = programadas[0] ?? started[0];
    Object.assign(slot, { usuario, version, open, pausadas });
    return true;
  }

  isUsedUp({ version }: Slot): boolean {
    return version >= LAST_VERSION;
  }

  close(): Promise<void> {
    return this.#pool.end();
  }

  /** In one transaction, again and again while the database is unavailable. */
  async #retryWhileUnavailable<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    for (;;) {
      try {
        const client = await this.#pool.connect();
        try {
          await client.query(`begin; set local lock_timeout = '20s'`);
          const result = await work(client);
          await client.query('commit');
          client.release();
          return result;
        } catch (error) {
          client.release(true);
          throw error;
        }
      } catch (error) {
        if (!isUnavailable(error)) throw error;
        await sleep(RETRY_MS);
      }
    }
  }
}

/** The connection was lost or refused, or the lock not had; not what a statement says. */
function isUnavailable(error: unknown): boolean {
  // Not by `instanceof`: inside jest's sandbox Node's own errors come from another realm.
  const { code = '', message = '' } = error as { code?: string; message?: string };
  if (/^E[A-Z]+$/.test(code)) return true;
  // Classes of SQLSTATE: connection, operator intervention, object not in the state for it.
  if (/^(08|57|55)...$/.test(code)) return true;
  return code === '' && /connection|timeout/i.test(message);
}
