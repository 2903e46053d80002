import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { verify } from '@node-rs/argon2';
import { like, sql } from 'drizzle-orm';
import { usuarios } from '../src/database/schema.js';
import { loadLargeSet, type SeedProgress } from '../src/seed/load-large-set.js';
import { SeedError } from '../src/seed/seed-arguments.js';
import { StatisticsRepository } from '../src/statistics/statistics.repository.js';
import { DATABASES, type OwnDatabase } from './support/databases.js';

const SIZE = { usuarios: 120, tareas: 12_000 };

class RecordedProgress implements SeedProgress {
  readonly seen: Record<string, { total: number; done: number }> = {};
  #current = { total: 0, done: 0 };

  start(what: string, total: number): void {
    this.#current = { total, done: 0 };
    this.seen[what] = this.#current;
  }

  advance(rows: number): void {
    this.#current.done += rows;
  }

  end(): void {
    // The sums are looked at afterwards.
  }
}

describe.each(DATABASES)('The large set on $name', ({ open }) => {
  let own: OwnDatabase;
  const progress = new RecordedProgress();

  beforeAll(async () => {
    own = await open();
  });
  afterAll(() => own.dispose());

  const rowsOf = async <Row extends Record<string, unknown>>(query: ReturnType<typeof sql>) =>
    (await own.database.db.execute<Row>(query)).rows;

  it('the large set is all or nothing', async () => {
    const failing: SeedProgress = {
      start: () => undefined,
      advance: () => {
        throw new Error('interrupted');
      },
      end: () => undefined,
    };
    await expect(loadLargeSet(own.database, SIZE, failing)).rejects.toThrow('interrupted');
    expect(await rowsOf(sql`select 1 from usuarios union all select 1 from tareas`)).toEqual([]);
  });

  it('the large set has the size that was asked for and reports every row', async () => {
    await loadLargeSet(own.database, SIZE, progress);
    expect(
      await rowsOf(sql`
        select (select count(*) from usuarios) as usuarios, (select count(*) from tareas) as tareas
      `),
    ).toEqual([SIZE]);
    expect(progress.seen).toEqual({
      usuarios: { total: 120, done: 120 },
      tareas: { total: 12_000, done: 12_000 },
    });
  });

  it('the large set gives each usuario exactly 100 tareas, all of them within 365 days', async () => {
    const repository = new StatisticsRepository(own.database);
    const ids = await own.database.db.select({ id: usuarios.id }).from(usuarios);
    const totals = await Promise.all(
      ids.map(async ({ id }) => (await repository.forUser(id, 365))?.total_tareas),
    );
    expect(new Set(totals)).toEqual(new Set([100]));
  });

  it('the large set is a history that can have happened, with every estado in it', async () => {
    const rows = await rowsOf<{ estado: string }>(sql`
      select estado,
        bool_and(created_at <= now() and coalesce(greatest(inicio_real, fin_real), created_at) <= now()) as past,
        bool_and((fin_real is not null) = (estado = 'finalizada')) as ended,
        bool_and((inicio_real is not null) = (estado in ('en_curso', 'pausada', 'finalizada'))) as began,
        bool_and(coalesce(inicio_real, created_at) >= created_at) as in_order
      from tareas group by estado order by estado
    `);
    expect(rows).toEqual(
      ['cancelada', 'en_curso', 'finalizada', 'pausada', 'programada'].map((estado) => ({
        estado,
        past: true,
        ended: true,
        began: true,
        in_order: true,
      })),
    );
  });

  it('the large set lets its usuarios sign in with the password of the demo usuarios', async () => {
    const [seeded] = await own.database.db
      .select()
      .from(usuarios)
      .where(like(usuarios.dni, 'SEED%'));
    expect(await verify(seeded?.passwordHash ?? '', 'gad-demo')).toBe(true);
  });

  it('the large set has been analysed', async () => {
    const rows = await rowsOf<{ rows: number }>(
      sql`select reltuples::int as rows from pg_class where relname = 'tareas'`,
    );
    expect(rows).toEqual([{ rows: 12_000 }]);
  });

  it('the large set is refused the second time', async () => {
    const again = loadLargeSet(own.database, SIZE, progress);
    await expect(again).rejects.toBeInstanceOf(SeedError);
    expect(await rowsOf(sql`select count(*) as n from tareas`)).toEqual([{ n: 12_000 }]);
  });
});
