import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { count, eq, sql } from 'drizzle-orm';
import { violatedConstraint } from '../src/database/constraint.js';
import type { Database } from '../src/database/database.js';
import { tareas, usuarios } from '../src/database/schema.js';
import { DATABASES_AND_POOLER, type OwnDatabase } from './support/databases.js';
import { Gate } from './support/gate.js';
import { tareaRow, usuarioRow } from './support/rows.js';

/** The reason of a rejection; `undefined` when there is none. */
const failureOf = (attempt: PromiseLike<unknown>): PromiseLike<unknown> =>
  attempt.then(
    () => undefined,
    (reason: unknown) => reason,
  );

describe.each(DATABASES_AND_POOLER)('Database on $name', ({ open }) => {
  let own: OwnDatabase;
  let database: Database;
  let usuarioId: number;

  beforeAll(async () => {
    own = await open();
    database = own.database;
    usuarioId = await insertUsuario();
  });
  afterAll(() => own.dispose());

  async function insertUsuario(): Promise<number> {
    const [row] = await database.db.insert(usuarios).values(usuarioRow()).returning();
    if (!row) throw new Error('the insert returned no row');
    return row.id;
  }

  const usuariosNamed = async (nombre: string) => {
    const [row] = await database.db
      .select({ n: count() })
      .from(usuarios)
      .where(eq(usuarios.nombre, nombre));
    return row?.n;
  };

  describe('JavaScript types', () => {
    it('JavaScript types reads back the columns of the schema as they were written', async () => {
      const written = tareaRow(usuarioId, {
        inicioProgramado: new Date('2026-03-29T00:59:59.123Z'),
        finProgramado: new Date('2026-10-25T01:00:00.999Z'),
        descripcion: 'ñandú ✓ \u{1F600}',
      });
      const [row] = await database.db.insert(tareas).values(written).returning();
      expect(row).toMatchObject(written);
      expect(typeof row?.id).toBe('number');
      expect(row?.createdAt).toBeInstanceOf(Date);
      expect(row?.deletedAt).toBeNull();
    });

    it('JavaScript types answers raw expressions in the types that the interface promises', async () => {
      const { rows } = await database.db.execute(sql`
        select count(*) as int8, 9007199254740993::int8 as beyond, 1.50::numeric as numeric,
          2.5::float8 as float8, 7::int4 as int4, true as bool, null::int8 as nothing,
          '{"a": [1]}'::jsonb as jsonb
        from generate_series(1, 3)
      `);
      expect(rows).toEqual([
        {
          int8: 3,
          beyond: 9007199254740993n,
          numeric: '1.50',
          float8: 2.5,
          int4: 7,
          bool: true,
          nothing: null,
          jsonb: { a: [1] },
        },
      ]);
    });
  });

  describe('transaction', () => {
    it('transaction resolves with the result once others see what it wrote', async () => {
      const result = await database.transaction(async (tx) => {
        await tx.insert(usuarios).values(usuarioRow({ nombre: 'Committed' }));
        return 'done';
      });
      expect(result).toBe('done');
      expect(await usuariosNamed('Committed')).toBe(1);
    });

    it('transaction rolls back and rethrows the very error of its work', async () => {
      const reason = new Error('changed my mind');
      const attempt = database.transaction(async (tx) => {
        await tx.insert(usuarios).values(usuarioRow({ nombre: 'RolledBack' }));
        throw reason;
      });
      await expect(attempt).rejects.toBe(reason);
      expect(await usuariosNamed('RolledBack')).toBe(0);
    });

    it('transaction never shows others what is not committed', async () => {
      const inserted = new Gate();
      const mayCommit = new Gate();
      const writing = database.transaction(async (tx) => {
        await tx.insert(usuarios).values(usuarioRow({ nombre: 'Twins' }));
        inserted.open();
        await mayCommit.opened;
        await tx.insert(usuarios).values(usuarioRow({ nombre: 'Twins' }));
      });
      await inserted.opened;
      // PostgreSQL answers this one at once, PGlite after the transaction: never with 1.
      const seen = usuariosNamed('Twins');
      mayCommit.open();
      await writing;
      expect([0, 2]).toContain(await seen);
      expect(await usuariosNamed('Twins')).toBe(2);
    });

    it('transaction loses no update and never mixes statements of 40 at once', async () => {
      const [tarea] = await database.db.insert(tareas).values(tareaRow(usuarioId)).returning();
      const id = tarea?.id ?? 0;
      await Promise.all(
        Array.from({ length: 40 }, (_, i) =>
          database
            .transaction(async (tx) => {
              const [locked] = await tx
                .select()
                .from(tareas)
                .where(eq(tareas.id, id))
                .for('update');
              await tx
                .update(tareas)
                .set({ version: (locked?.version ?? 0) + 1 })
                .where(eq(tareas.id, id));
              if (i % 4 === 0) throw new Error('rolled back on purpose');
            })
            .catch(() => undefined),
        ),
      );
      const [row] = await database.db.select().from(tareas).where(eq(tareas.id, id));
      expect(row?.version).toBe(1 + 30);
    });

    it('transaction offers savepoints', async () => {
      await database.transaction(async (tx) => {
        await tx.insert(usuarios).values(usuarioRow({ nombre: 'Outer' }));
        const inner = tx.transaction(async (savepoint) => {
          await savepoint.insert(usuarios).values(usuarioRow({ nombre: 'Inner' }));
          throw new Error('only the inner part');
        });
        await expect(inner).rejects.toThrow('only the inner part');
      });
      expect([await usuariosNamed('Outer'), await usuariosNamed('Inner')]).toEqual([1, 0]);
    });

    it('transaction does not pretend to have committed when its work ignored a failed statement', async () => {
      const attempt = database.transaction(async (tx) => {
        await tx.insert(usuarios).values(usuarioRow({ nombre: 'Lost' }));
        await tx.execute(sql`select 1 / 0`).catch(() => undefined);
      });
      await expect(attempt).rejects.toThrow('rolled back');
      expect(await usuariosNamed('Lost')).toBe(0);
    });

    it('transaction refuses the database, and another transaction, inside its work', async () => {
      await database.transaction(async () => {
        await expect(database.db.select().from(usuarios)).rejects.toThrow('use its `tx`');
        await expect(database.transaction(() => Promise.resolve())).rejects.toThrow('use its `tx`');
        await expect(database.db.transaction(() => Promise.resolve())).rejects.toThrow(
          'use its `tx`',
        );
      });
    });

    it('transaction leaves the database to background work that its work started and that goes on', async () => {
      const ended = new Gate();
      let later: Promise<unknown> = Promise.resolve();
      await database.transaction(() => {
        later = ended.opened.then(() => usuariosNamed('Nadie'));
        return Promise.resolve();
      });
      ended.open();
      expect(await later).toBe(0);
    });

    it('transaction refuses statements on a tx that has ended', async () => {
      const escaped = await database.transaction((tx) => Promise.resolve({ tx }));
      await expect(escaped.tx.select().from(usuarios)).rejects.toThrow('has ended');
    });
  });

  describe('violatedConstraint', () => {
    it.each([
      ['tareas_codigo_unique', (codigo: string) => tareaRow(usuarioId, { codigo })],
      ['tareas_prioridad', () => tareaRow(usuarioId, { prioridad: 6 })],
      [
        'tareas_delegado_usuario_id_usuarios_id_fk',
        () => tareaRow(usuarioId, { delegadoUsuarioId: 999_999 }),
      ],
      ['tareas_real_order', () => tareaRow(usuarioId, { finReal: new Date() })],
      [
        'tareas_programado_order',
        () => tareaRow(usuarioId, { finProgramado: new Date('2025-12-31T12:00:00Z') }),
      ],
    ])('violatedConstraint names %s', async (name, rowOf) => {
      const existing = tareaRow(usuarioId);
      await database.db.insert(tareas).values(existing);
      const error = await failureOf(database.db.insert(tareas).values(rowOf(existing.codigo)));
      expect(violatedConstraint(error)).toBe(name);
    });

    it('violatedConstraint names a partial unique index, which lets a deleted usuario go', async () => {
      const row = usuarioRow();
      await database.db.insert(usuarios).values(row);
      const again = () => database.db.insert(usuarios).values({ ...row, dni: usuarioRow().dni });
      const error = await failureOf(again());
      expect(violatedConstraint(error)).toBe('usuarios_email_live');
      await database.db
        .update(usuarios)
        .set({ deletedAt: new Date() })
        .where(eq(usuarios.email, row.email));
      await expect(again()).resolves.toBeDefined();
    });

    it('violatedConstraint is silent about other errors', async () => {
      const error = await failureOf(database.db.execute(sql`select 1 / 0`));
      expect(error).toBeInstanceOf(Error);
      expect(violatedConstraint(error)).toBeUndefined();
      expect(violatedConstraint(undefined)).toBeUndefined();
    });
  });

  it('the database answers a ping', async () => {
    await expect(database.ping()).resolves.toBeUndefined();
  });
});
