import { Injectable, Logger } from '@nestjs/common';
import {
  CacheLoadTimeoutError,
  CacheService,
  runWithCacheDeadline,
  type GetOrSetOptions,
  type LoadContext,
} from '@gad/cache';
import { AppConfig } from '../../config/app-config.js';
import { inRequest } from '../../logging/request-context.js';
import type { AccessTokenClaims } from '../tokens/access-token-claims.js';
import type { Caller, Principal } from '../principal.js';
import { PrincipalSeal, type PrincipalView, type SealedPrincipal } from './principal-seal.js';
import { PRINCIPAL_VIEW, principalKey } from './principal.cache.js';
import { PrincipalsRepository, type ReadPrincipal } from './principals.repository.js';
import { Revocations } from './revocations.js';

const OPTIONS: GetOrSetOptions = {
  ttl: PRINCIPAL_VIEW.ttl,
  // That there is none is never kept: a sesion that does not exist is looked up each time.
  negativeTtl: 0,
  // Seconds. A lease in the store, which may be forged, is no reason to wait longer for another's load.
  hardTimeout: 0.5,
};
const WARN_EVERY_MS = 60_000;

/** The request of the caller. */
type Asking = Parameters<typeof inRequest>[0];

/** How often cached principals were used, and why not. */
export interface PrincipalCounts {
  /** Let in by the cache. */
  readonly hits: number;
  /** Refused: not made by this application for that sesion. Each was looked up in the database. */
  readonly forged: number;
  /** Refused: run out, or older than an event that concerns them. As above. */
  readonly outdated: number;
}

/**
 * Who is calling. The database decides, unless a route is answered from the cache: then the caller
 * may be recognised from it, too, under the same promise, so that a hit asks no database. What the
 * cache holds is believed only when it is sealed by this application, has not run out, and nothing
 * is known that happened to the caller since; in every other case the database decides.
 */
@Injectable()
export class PrincipalsService {
  readonly #logger = new Logger('Principals');
  readonly #cacheable: boolean;
  readonly #options: GetOrSetOptions;
  readonly #counts = { hits: 0, forged: 0, outdated: 0 };
  #warnedAt = -Infinity;

  constructor(
    config: AppConfig,
    private readonly principals: PrincipalsRepository,
    private readonly seal: PrincipalSeal,
    private readonly revocations: Revocations,
    private readonly cache: CacheService,
  ) {
    // Otherwise a write is acknowledged before what it made stale is gone everywhere.
    this.#cacheable = config.cache.consistency === 'strict';
    const local = config.cache.local ? PRINCIPAL_VIEW.local : undefined;
    this.#options = Object.freeze({ ...OPTIONS, local });
  }

  get counts(): PrincipalCounts {
    return { ...this.#counts };
  }

  /** As the database knows the caller now. @throws Problem DATABASE_UNAVAILABLE */
  find(claims: AccessTokenClaims): Promise<Principal | undefined> {
    return this.principals.find(claims);
  }

  /**
   * As `find`, from the cache where it can be proved right: one store call, none with copies in
   * memory. @throws Problem DATABASE_UNAVAILABLE when the database has to decide and is unavailable
   */
  async findCached(claims: AccessTokenClaims, request: Asking): Promise<Caller | undefined> {
    const find = (): Promise<Principal | undefined> => inRequest(request, () => this.find(claims));
    if (!this.#cacheable || !this.revocations.upToDate) return callerOf(await find());
    const database = new Once(() => inRequest(request, () => this.principals.read(claims)));
    let stored: SealedPrincipal | null | undefined;
    try {
      const key = principalKey(claims.usuarioId, claims.sesionId);
      const load = (way: LoadContext): Promise<SealedPrincipal | null> =>
        this.#sealed(claims, database, way);
      stored = await runWithCacheDeadline(
        () => this.cache.getOrSet(key, load, this.#options),
        request,
      );
    } catch (error) {
      // It took too long: the caller has asked the database, or does it now.
      if (!(error instanceof CacheLoadTimeoutError)) throw error;
    }
    const read = database.asked;
    if (read !== undefined) return callerOf(await read);
    const view = this.#believed(claims, stored, request);
    if (view === undefined) return callerOf(await find());
    this.#counts.hits++;
    return { id: claims.usuarioId, rol: view.rol, sesionId: claims.sesionId };
  }

  async #sealed(
    claims: AccessTokenClaims,
    database: Once<ReadPrincipal | undefined>,
    load: LoadContext,
  ): Promise<SealedPrincipal | null> {
    const [askedAt, begin] = [Date.now(), performance.now()];
    const read = await database.ask();
    if (read === undefined) return null;
    const left = read.secondsLeft - (performance.now() - begin) / 1_000;
    if (left < 1) load.skipStore();
    else load.adapt({ ttl: Math.min(PRINCIPAL_VIEW.ttl, left) });
    const endsAt = askedAt + Math.floor(read.secondsLeft * 1_000);
    return this.seal.close(claims, { rol: read.rol, endsAt, position: read.position });
  }

  /** What the cache held, if it may be relied on; otherwise it is removed, to be made anew. */
  #believed(
    claims: AccessTokenClaims,
    stored: unknown,
    request: Asking,
  ): PrincipalView | undefined {
    if (stored === undefined) return undefined;
    const view = this.seal.open(claims, stored);
    if (view === undefined) inRequest(request, () => this.#noteForged());
    else if (view.endsAt > Date.now() && this.revocations.allows(claims, view.position))
      return view;
    else this.#counts.outdated++;
    // Whether that succeeds is nothing to this request: the next one judges again.
    this.cache.delete(principalKey(claims.usuarioId, claims.sesionId)).catch(() => undefined);
    return undefined;
  }

  #noteForged(): void {
    this.#counts.forged++;
    const now = performance.now();
    if (now - this.#warnedAt < WARN_EVERY_MS) return;
    this.#warnedAt = now;
    this.#logger.warn(
      'A cached principal was not made by this application: the cache store is written to by others, or JWT_SECRET differs between processes. The database decides.',
    );
  }
}

/** Whatever knows more knows this: a handler sees the same on a hit and on a miss. */
function callerOf(principal: Principal | undefined): Caller | undefined {
  if (principal === undefined) return undefined;
  const { id, rol, sesionId } = principal;
  return { id, rol, sesionId };
}

/** A question that is put once, and only if it is needed. */
class Once<T> {
  #asked: Promise<T> | undefined;

  constructor(private readonly question: () => Promise<T>) {}

  get asked(): Promise<T> | undefined {
    return this.#asked;
  }

  ask(): Promise<T> {
    return (this.#asked ??= this.question());
  }
}
