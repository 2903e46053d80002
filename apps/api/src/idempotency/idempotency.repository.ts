import { Injectable } from '@nestjs/common';
import { and, eq, gt, lte, sql, type SQL } from 'drizzle-orm';
import type { Db } from '../database/database.js';
import { idempotencyKeys as keys } from '../database/schema.js';

/** What one key is unique in. */
export interface KeyPlace {
  readonly usuarioId: number;
  readonly operation: string;
  readonly key: string;
}

export interface KeptAnswer {
  readonly fingerprint: string;
  readonly answer: unknown;
}

const HOURS_KEPT = 24;

/** The SQL over `idempotency_keys`. Expired rows count as absent. */
@Injectable()
export class IdempotencyRepository {
  async find(db: Db, place: KeyPlace): Promise<KeptAnswer | undefined> {
    const [row] = await db
      .select({ fingerprint: keys.fingerprint, answer: keys.answer })
      .from(keys)
      .where(and(at(place), gt(keys.expiresAt, sql`now()`)));
    return row;
  }

  /**
   * Takes the key for this transaction; another transaction that has it is waited for. Resolves with
   * false when an answer is kept under it.
   */
  async claim(tx: Db, place: KeyPlace, fingerprint: string): Promise<boolean> {
    const fresh = {
      fingerprint,
      answer: null,
      expiresAt: sql`now() + make_interval(hours => ${HOURS_KEPT})`,
    };
    const claimed = await tx
      .insert(keys)
      .values({ ...place, ...fresh })
      .onConflictDoUpdate({
        target: [keys.usuarioId, keys.operation, keys.key],
        set: fresh,
        setWhere: lte(keys.expiresAt, sql`now()`),
      })
      .returning({ key: keys.key });
    return claimed.length > 0;
  }

  async keep(tx: Db, place: KeyPlace, answer: object): Promise<void> {
    await tx.update(keys).set({ answer }).where(at(place));
  }

  /** Removes up to `limit` expired rows; resolves with how many those were. */
  async prune(db: Db, limit: number): Promise<number> {
    const { rows } = await db.execute<{ pruned: number }>(sql`
      with gone as (
        delete from ${keys} where ctid in (
          select ctid from ${keys} where ${keys.expiresAt} <= now() limit ${limit} for update skip locked
        ) returning 1
      ) select count(*)::int as pruned from gone`);
    return rows[0]?.pruned ?? 0;
  }
}

function at({ usuarioId, operation, key }: KeyPlace): SQL | undefined {
  return and(eq(keys.usuarioId, usuarioId), eq(keys.operation, operation), eq(keys.key, key));
}
