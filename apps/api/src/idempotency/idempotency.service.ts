import { Injectable } from '@nestjs/common';
import { KeyedHashService } from '../auth/tokens/keyed-hash.service.js';
import { Database, type Db } from '../database/database.js';
import { Problem } from '../problems/problem.js';
import { IdempotencyRepository, type KeptAnswer } from './idempotency.repository.js';

/** A creation that may be sent again: by whom, what, under which key, with which body. */
export interface KeyedRequest {
  readonly usuarioId: number;
  /** Keys of one operation say nothing about another. */
  readonly operation: string;
  /** `undefined`: the caller sent none, and every request creates. */
  readonly key: string | undefined;
  /** The checked body; what was left out is `undefined`. */
  readonly body: object;
}

export interface Created<T> {
  readonly body: T;
  /** The answer is that of an earlier request. */
  readonly replayed: boolean;
}

/**
 * Lets a creation happen once for each key, whatever crashes and whichever process is asked: the
 * key is written in the creation's own transaction. Of requests that come at the same time all but
 * one wait for that transaction; if it fails, the next one creates.
 */
@Injectable()
export class IdempotencyService {
  constructor(
    private readonly database: Database,
    private readonly keys: IdempotencyRepository,
    private readonly hashes: KeyedHashService,
  ) {}

  /**
   * The answer to an earlier request, for callers with expensive work before the transaction.
   * @throws Problem IDEMPOTENCY_KEY_REUSED
   */
  async earlier<T>({ key, ...request }: KeyedRequest): Promise<Created<T> | undefined> {
    if (key === undefined) return undefined;
    const kept = await this.keys.find(this.database.db, { ...request, key });
    return kept && this.#replay(kept, request);
  }

  /**
   * Creates, or answers as the earlier request was answered. One statement more for a creation
   * without a key: none; with one: two.
   * @throws Problem IDEMPOTENCY_KEY_REUSED
   */
  async once<T extends object>(
    tx: Db,
    { key, ...request }: KeyedRequest,
    create: () => Promise<T>,
  ): Promise<Created<T>> {
    if (key === undefined) return { body: await create(), replayed: false };
    const place = { ...request, key };
    while (!(await this.keys.claim(tx, place, this.#fingerprint(request)))) {
      const kept = await this.keys.find(tx, place);
      // Absent only when it has expired in this very moment: then the next claim succeeds.
      if (kept) return this.#replay(kept, request);
    }
    const body = await create();
    await this.keys.keep(tx, place, body);
    return { body, replayed: false };
  }

  #replay<T>(kept: KeptAnswer, request: Omit<KeyedRequest, 'key'>): Created<T> {
    if (kept.fingerprint !== this.#fingerprint(request)) {
      throw new Problem(
        'IDEMPOTENCY_KEY_REUSED',
        'This Idempotency-Key was sent with another body before: take a new one',
      );
    }
    return { body: kept.answer as T, replayed: true }; // `keep` wrote it, for the same operation
  }

  /** Keyed, because a body may hold a password. The order of the fields does not count. */
  #fingerprint({ body }: Pick<KeyedRequest, 'body'>): string {
    const fields = Object.entries(body as Record<string, unknown>) // any object has named fields
      .filter(([, value]) => value !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1));
    return this.hashes.hash(JSON.stringify(fields));
  }
}
