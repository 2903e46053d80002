import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { verify } from '@node-rs/argon2';
import { asc, eq, sql } from 'drizzle-orm';
import { DemoDataService } from '../src/demo-data/demo-data.service.js';
import { tareas, usuarios } from '../src/database/schema.js';
import { StatisticsRepository } from '../src/statistics/statistics.repository.js';
import { DATABASES, type OwnDatabase } from './support/databases.js';
import { GUIDE_EXAMPLE } from './support/guide-example.js';
import { tareaRow, usuarioRow } from './support/rows.js';

describe.each(DATABASES)('Demo data on $name', ({ open }) => {
  let own: OwnDatabase;
  let demo: DemoDataService;
  let statistics: StatisticsRepository;

  beforeAll(async () => {
    own = await open();
    demo = new DemoDataService(own.database);
    statistics = new StatisticsRepository(own.database);
  });
  beforeEach(async () => {
    await own.database.db.execute(
      sql`truncate usuarios, tareas, sesiones, refresh_tokens restart identity cascade`,
    );
  });
  afterAll(() => own.dispose());

  const allTareas = () => own.database.db.select().from(tareas).orderBy(asc(tareas.id));
  const allUsuarios = () => own.database.db.select().from(usuarios).orderBy(asc(usuarios.id));

  /** Lets time pass without a request. */
  async function daysPass(days: number): Promise<void> {
    const past = (column: string) =>
      sql`${sql.identifier(column)} = ${sql.identifier(column)} - ${days}::int * interval '1 day'`;
    const columns = [
      'created_at',
      'updated_at',
      'inicio_programado',
      'fin_programado',
      'inicio_real',
      'fin_real',
    ];
    await own.database.db.execute(sql`update tareas set ${sql.join(columns.map(past), sql`, `)}`);
  }

  it('the demo data reproduces the example of the guide', async () => {
    expect(await demo.apply()).toBe('created');
    expect(await statistics.forUser(2, 30)).toMatchObject(GUIDE_EXAMPLE);
  });

  it('the demo data holds the example for the next five days without a restart', async () => {
    await demo.apply();
    await daysPass(5);
    expect(await statistics.forUser(2, 30)).toMatchObject(GUIDE_EXAMPLE);
  });

  it('the demo data makes the three usuarios of the contract, with the published password', async () => {
    await demo.apply();
    const people = await allUsuarios();
    expect(people.map(({ id, email, rol }) => ({ id, email, rol }))).toEqual([
      { id: 1, email: 'admin@gad.local', rol: 'admin' },
      { id: 2, email: 'usuario@gad.local', rol: 'usuario' },
      { id: 3, email: 'supervisor@gad.local', rol: 'supervisor' },
    ]);
    for (const { passwordHash } of people) {
      expect(passwordHash).toMatch(/^\$argon2id\$/);
      expect(await verify(passwordHash, 'gad-demo')).toBe(true);
    }
  });

  it('the demo data is a history that can have happened', async () => {
    await demo.apply();
    const now = Date.now();
    for (const tarea of await allTareas()) {
      const { createdAt, inicioReal, finReal, estado, updatedAt } = tarea;
      const moments = [createdAt, inicioReal, finReal].flatMap((date) => date?.getTime() ?? []);
      expect(moments).toEqual([...moments].sort((a, b) => a - b));
      expect(Math.max(...moments, updatedAt.getTime())).toBeLessThanOrEqual(now);
      expect(finReal !== null).toBe(estado === 'finalizada');
      expect(inicioReal !== null).toBe(['en_curso', 'pausada', 'finalizada'].includes(estado));
    }
  });

  it('the demo data changes nothing when applied again on the same day', async () => {
    await demo.apply();
    const before = [await allTareas(), await allUsuarios()];
    expect(await demo.apply()).toBe('unchanged');
    expect([await allTareas(), await allUsuarios()]).toEqual(before);
  });

  it('the demo data moves its dates to the day of the start, and nothing else', async () => {
    await demo.apply();
    const before = await allTareas();
    await daysPass(40);
    expect(await statistics.forUser(2, 30)).toMatchObject({ total_tareas: 0 });
    expect(await demo.apply()).toBe('moved');
    expect(await statistics.forUser(2, 30)).toMatchObject(GUIDE_EXAMPLE);
    const undated = (rows: typeof before) =>
      rows.map(({ id, uuid, codigo, titulo, estado, version }) => [
        id,
        uuid,
        codigo,
        titulo,
        estado,
        version,
      ]);
    expect(undated(await allTareas())).toEqual(undated(before));
  });

  it('the demo data leaves alone what people changed, deleted and added', async () => {
    await demo.apply();
    const { db } = own.database;
    const [added] = await db.insert(tareas).values(tareaRow(2)).returning();
    await db.update(tareas).set({ titulo: 'Mío', version: 2 }).where(eq(tareas.id, 10));
    await db.update(tareas).set({ deletedAt: new Date() }).where(eq(tareas.id, 11));
    await db
      .update(usuarios)
      .set({ nombre: 'Otra', passwordHash: 'own' })
      .where(eq(usuarios.id, 1));
    await db.update(usuarios).set({ deletedAt: new Date() }).where(eq(usuarios.id, 3));
    await daysPass(40);
    const pick = async () =>
      (await allTareas()).filter(({ id }) => [10, 11, added?.id].includes(id));
    const before = [await pick(), await allUsuarios()];
    expect(await demo.apply()).toBe('moved');
    expect([await pick(), await allUsuarios()]).toEqual(before);
  });

  it('the demo data gives the next usuario and tarea ids of their own', async () => {
    await demo.apply();
    const { db } = own.database;
    const [usuario] = await db.insert(usuarios).values(usuarioRow()).returning();
    const [tarea] = await db.insert(tareas).values(tareaRow(2)).returning();
    expect(usuario?.id).toBe(4);
    expect(tarea?.id).toBe(51);
  });

  it('the demo data is made once when four starts happen at the same time', async () => {
    const outcomes = await Promise.all(Array.from({ length: 4 }, () => demo.apply()));
    expect(outcomes.sort()).toEqual(['created', 'unchanged', 'unchanged', 'unchanged']);
    expect(await allTareas()).toHaveLength(50);
  });

  it('the demo data is left out of a database whose ids belong to other people', async () => {
    const { db } = own.database;
    await db.insert(usuarios).values(usuarioRow());
    await db.insert(tareas).values(tareaRow(1));
    const before = [await allTareas(), await allUsuarios()];
    expect(await demo.apply()).toBe('refused');
    expect([await allTareas(), await allUsuarios()]).toEqual(before);
  });

  it('the demo data is left out when an e-mail is taken', async () => {
    await own.database.db
      .insert(usuarios)
      .values(usuarioRow({ id: 900, email: 'usuario@gad.local' }));
    expect(await demo.apply()).toBe('refused');
    expect(await allUsuarios()).toHaveLength(1);
  });
});
