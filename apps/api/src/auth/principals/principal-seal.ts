import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { ROLES, type Rol } from '../../database/schema.js';
import type { AccessTokenClaims } from '../tokens/access-token-claims.js';
import type { JwtKey } from '../tokens/jwt-key.js';

/** What the cache keeps of a caller. */
export interface PrincipalView {
  readonly rol: Rol;
  /** When the sesion ends, in milliseconds since 1970 by the clock of the process that read it. */
  readonly endsAt: number;
  /** Position in the log of events: the snapshot that it was read from. */
  readonly position: string;
}

/** As it stands in the store: readable, and of no use without the secret. */
export interface SealedPrincipal {
  readonly rol: string;
  readonly ends_at: number;
  readonly position: string;
  readonly mac: string;
}

const FIELDS = 4;
/** How many opened seals are remembered; about 400 bytes each. */
const MOST_OPENED = 10_000;

/** What a seal was found to cover. */
interface Opened {
  readonly of: AccessTokenClaims;
  readonly view: PrincipalView;
}

/**
 * Authenticates cached principals: HMAC-SHA256 under a key of its own, derived from the JWT secret
 * (HKDF, RFC 5869), over the usuario, the sesion and everything that is kept. Another sesion's
 * entry, a changed one and one under another secret do not open. Seals that opened are remembered with
 * everything that they cover, so that an equal entry is not computed again; how long it may be used
 * is for `PrincipalsService` to judge, each time.
 */
export class PrincipalSeal {
  readonly #key: Buffer;
  /** By the seal; the oldest goes first. */
  readonly #opened = new Map<string, Opened>();

  constructor(key: JwtKey) {
    this.#key = Buffer.from(hkdfSync('sha256', key.value, '', 'gad cached principal 1', 32));
  }

  close(of: AccessTokenClaims, { rol, endsAt, position }: PrincipalView): SealedPrincipal {
    const mac = this.#mac(of, rol, endsAt, position);
    return { rol, ends_at: endsAt, position, mac };
  }

  /** @returns `undefined` for anything that `close` did not make for this very sesion */
  open(of: AccessTokenClaims, stored: unknown): PrincipalView | undefined {
    if (!isSealed(stored)) return undefined;
    const { rol, ends_at: endsAt, position, mac } = stored;
    const view = { rol, endsAt, position };
    const opened = this.#opened.get(mac);
    if (opened !== undefined) return covers(opened, of, view) ? opened.view : undefined;
    const expected = Buffer.from(this.#mac(of, rol, endsAt, position));
    const given = Buffer.from(mac);
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
    this.#remember(mac, { of, view });
    return view;
  }

  #remember(mac: string, opened: Opened): void {
    const [oldest] = this.#opened.keys();
    if (this.#opened.size >= MOST_OPENED && oldest !== undefined) this.#opened.delete(oldest);
    this.#opened.set(mac, opened);
  }

  /** The position may be any text, so it comes last: no two contents have the same text. */
  #mac(of: AccessTokenClaims, rol: string, endsAt: number, position: string): string {
    const text = `${of.usuarioId}\n${of.sesionId}\n${rol}\n${endsAt}\n${position}`;
    return createHmac('sha256', this.#key).update(text).digest('base64url');
  }
}

function covers({ of, view }: Opened, claims: AccessTokenClaims, given: PrincipalView): boolean {
  return (
    of.usuarioId === claims.usuarioId &&
    of.sesionId === claims.sesionId &&
    view.rol === given.rol &&
    view.endsAt === given.endsAt &&
    view.position === given.position
  );
}

function isSealed(value: unknown): value is SealedPrincipal & { readonly rol: Rol } {
  if (typeof value !== 'object' || value === null) return false;
  const fields = value as Readonly<Record<string, unknown>>; // an object of whatever fields
  return (
    ROLES.some((rol) => rol === fields['rol']) &&
    Number.isSafeInteger(fields['ends_at']) &&
    typeof fields['position'] === 'string' &&
    typeof fields['mac'] === 'string' &&
    Object.keys(fields).length === FIELDS
  );
}
