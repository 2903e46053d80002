import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eq, sql } from 'drizzle-orm';
import { ESTADOS, tareas, usuarios } from '../src/database/schema.js';
import { randomNumbers } from '../src/seed/random.js';
import { StatisticsRepository } from '../src/statistics/statistics.repository.js';
import { DATABASES, type OwnDatabase } from './support/databases.js';
import { tareaRow, usuarioRow } from './support/rows.js';

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
const DAY = 24 * HOUR;

type NewTarea = Parameters<typeof tareaRow>[1];

const NOTHING = {
  total_tareas: 0,
  completadas: 0,
  en_progreso: 0,
  programadas: 0,
  pausadas: 0,
  canceladas: 0,
  promedio_duracion_horas: 0,
  productividad_diaria: 0,
  completadas_diarias: 0,
};

describe.each(DATABASES)('The statistics query on $name', ({ open }) => {
  let own: OwnDatabase;
  let repository: StatisticsRepository;

  beforeAll(async () => {
    own = await open();
    repository = new StatisticsRepository(own.database);
  });
  afterAll(() => own.dispose());

  async function usuarioWith(...rows: NewTarea[]): Promise<number> {
    const { db } = own.database;
    const [usuario] = await db.insert(usuarios).values(usuarioRow()).returning();
    if (!usuario) throw new Error('the insert returned no row');
    if (rows.length > 0) {
      await db.insert(tareas).values(rows.map((row) => tareaRow(usuario.id, row)));
    }
    return usuario.id;
  }

  const ago = (ms: number) => new Date(Date.now() - ms);
  const finished = (hours: number): NewTarea => ({
    estado: 'finalizada',
    inicioReal: ago(DAY),
    finReal: new Date(ago(DAY).getTime() + hours * HOUR),
  });

  it('the statistics query is all zeros for a usuario without tareas', async () => {
    const id = await usuarioWith();
    expect(await repository.forUser(id, 30)).toEqual({
      user_id: id,
      period_days: 30,
      ...NOTHING,
      calculated_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    });
  });

  it('the statistics query is null for an unknown and for a deleted usuario', async () => {
    const id = await usuarioWith({});
    await own.database.db
      .update(usuarios)
      .set({ deletedAt: new Date() })
      .where(eq(usuarios.id, id));
    expect(await repository.forUser(id, 30)).toBeNull();
    expect(await repository.forUser(2_147_483_647, 30)).toBeNull();
  });

  it('the statistics query gives the time of the database', async () => {
    const id = await usuarioWith();
    const statistics = await repository.forUser(id, 1);
    const { rows } = await own.database.db.execute<{ now: number }>(
      sql`select extract(epoch from now())::float8 * 1000 as now`,
    );
    const age = (rows[0]?.now ?? 0) - Date.parse(statistics?.calculated_at ?? '');
    expect(age).toBeGreaterThanOrEqual(-1);
    expect(age).toBeLessThan(60 * SECOND);
  });

  it('the statistics query counts each estado on its own', async () => {
    const id = await usuarioWith(
      ...ESTADOS.flatMap((estado, index) => Array.from({ length: index + 1 }, () => ({ estado }))),
    );
    expect(await repository.forUser(id, 10)).toMatchObject({
      total_tareas: 15,
      programadas: 1,
      en_progreso: 2,
      pausadas: 3,
      completadas: 4,
      canceladas: 5,
      productividad_diaria: 1.5,
      completadas_diarias: 0.4,
    });
  });

  it('the statistics query begins its window exactly 24 hours a day back and has no end', async () => {
    const id = await usuarioWith(
      { createdAt: ago(30 * DAY - 30 * SECOND) },
      { createdAt: ago(30 * DAY + 30 * SECOND) },
      { createdAt: new Date(Date.now() + 30 * SECOND) },
    );
    expect(await repository.forUser(id, 30)).toMatchObject({ total_tareas: 2 });
    expect(await repository.forUser(id, 31)).toMatchObject({ total_tareas: 3 });
    expect(await repository.forUser(id, 365)).toMatchObject({ total_tareas: 3 });
  });

  it('the statistics query leaves out deleted tareas and those that the usuario only made', async () => {
    const other = await usuarioWith();
    const id = await usuarioWith({}, { deletedAt: new Date() }, { delegadoUsuarioId: other });
    expect(await repository.forUser(id, 30)).toMatchObject({ total_tareas: 1 });
    expect(await repository.forUser(other, 30)).toMatchObject({ total_tareas: 1 });
  });

  it('the statistics query averages finalizadas alone, and of those the ones with both dates', async () => {
    const id = await usuarioWith(
      finished(4),
      finished(5),
      { estado: 'finalizada' },
      { estado: 'finalizada', inicioReal: ago(DAY) },
      { ...finished(100), estado: 'cancelada' },
    );
    expect(await repository.forUser(id, 30)).toMatchObject({
      completadas: 4,
      promedio_duracion_horas: 4.5,
    });
  });

  it('the statistics query rounds to two decimals, halves up', async () => {
    const id = await usuarioWith(finished(0.005), finished(0.005), {});
    expect(await repository.forUser(id, 8)).toMatchObject({
      promedio_duracion_horas: 0.01,
      productividad_diaria: 0.38,
      completadas_diarias: 0.25,
    });
    expect(await repository.forUser(id, 365)).toMatchObject({
      productividad_diaria: 0.01,
      completadas_diarias: 0.01,
    });
  });

  it('the statistics query agrees with the same sums over rows, for 300 random tareas and five periods', async () => {
    const random = randomNumbers(7);
    const rows = Array.from({ length: 300 }, () => {
      const begin = ago(random() * 400 * DAY);
      const began = random() < 0.8;
      return {
        estado: ESTADOS[Math.floor(random() * 5)] ?? 'programada',
        createdAt: ago((Math.floor(random() * 400) + 0.5) * DAY),
        inicioReal: began ? begin : null,
        finReal: began && random() < 0.8 ? new Date(begin.getTime() + random() * 9 * HOUR) : null,
        deletedAt: random() < 0.1 ? new Date() : null,
      };
    });
    const id = await usuarioWith(...rows);
    for (const days of [1, 7, 30, 90, 365]) {
      const counted = rows.filter((row) => !row.deletedAt && row.createdAt > ago(days * DAY));
      const inEstado = (estado: string) => counted.filter((row) => row.estado === estado);
      const hours = inEstado('finalizada').flatMap(({ inicioReal, finReal }) =>
        inicioReal && finReal ? [(finReal.getTime() - inicioReal.getTime()) / HOUR] : [],
      );
      const mean = hours.length > 0 ? hours.reduce((a, b) => a + b) / hours.length : 0;
      const statistics = await repository.forUser(id, days);
      expect(statistics).toMatchObject({
        total_tareas: counted.length,
        completadas: inEstado('finalizada').length,
        en_progreso: inEstado('en_curso').length,
        programadas: inEstado('programada').length,
        pausadas: inEstado('pausada').length,
        canceladas: inEstado('cancelada').length,
      });
      expect(Math.abs((statistics?.promedio_duracion_horas ?? 0) - mean)).toBeLessThanOrEqual(
        0.0051,
      );
    }
  });

  it('the statistics query reads the index alone in a table of some size', async () => {
    const id = await usuarioWith(...Array.from({ length: 20 }, () => ({})));
    await own.database.db.execute(sql`
      insert into tareas (codigo, titulo, tipo, prioridad, inicio_programado,
        delegado_usuario_id, creado_por_usuario_id, created_at)
      select 'bulk-' || i, 'Recorrida', 'patrullaje', 1, now(), ids.id, ids.id,
        now() - i % 400 * interval '1 day'
      from generate_series(1, 20000) i
      join lateral (select id from usuarios order by (id + i) % 7, id limit 1) ids on true
    `);
    await own.database.db.execute(sql`vacuum (analyze) tareas, usuarios`);
    const plan = (await repository.explain(id, 365)).join('\n');
    expect(plan).toContain('Index Only Scan using tareas_statistics on tareas');
    expect(plan).not.toMatch(/Seq Scan on tareas/);
  });
});
