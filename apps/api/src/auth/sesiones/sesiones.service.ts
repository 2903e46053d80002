import { randomUUID } from 'node:crypto';
import { Injectable, Logger } from '@nestjs/common';
import { AppConfig } from '../../config/app-config.js';
import type { Db } from '../../database/database.js';
import { DomainEventBus, type RecordEvent } from '../../events/domain-event-bus.js';
import { Problem } from '../../problems/problem.js';
import { hashRefreshToken, newRefreshToken } from './refresh-token.js';
import { SesionesRepository, type SesionId } from './sesiones.repository.js';

/** A sesion and the refresh token that is good for its next renewal. */
export interface OpenSesion extends SesionId {
  readonly refreshToken: string;
}

type Rotation = { readonly renewed: OpenSesion } | { readonly reusedSesionId: string } | undefined;

/**
 * Logins and their families of refresh tokens (RFC 9700 §4.14.2). A refresh token is good once;
 * using it gives the next one and moves the sesion's end. A used one that comes back means that
 * two parties hold the family, and the thief cannot be distinguished: the sesion ends for both, and
 * its access tokens with it.
 *
 * There is no grace period. Two refreshes at the same moment (a double click, two tabs) therefore
 * end the sesion and ask for a new login: a client must renew in one place at a time. A grace
 * period would spare that client and let a thief who is quick keep a family unnoticed.
 */
@Injectable()
export class SesionesService {
  private readonly logger = new Logger('Sesiones');

  constructor(
    private readonly bus: DomainEventBus,
    private readonly sesiones: SesionesRepository,
    private readonly config: AppConfig,
  ) {}

  /** Opens a sesion in the transaction that accepted the login. */
  async open(tx: Db, record: RecordEvent, usuarioId: number): Promise<OpenSesion> {
    const sesion = { usuarioId, sesionId: randomUUID() };
    await this.sesiones.insert(tx, record, sesion, this.config.jwt.refreshTtlSeconds);
    return this.withNextToken(tx, sesion);
  }

  /**
   * Uses a refresh token up and gives the next one.
   * @throws Problem REFRESH_TOKEN_INVALID: unknown, expired, of a sesion that ended, or used before
   */
  async renew(refreshToken: string): Promise<OpenSesion> {
    const hash = hashRefreshToken(refreshToken);
    // Reuse is an outcome and not an exception: the revocation has to be committed.
    const rotation = await this.bus.transaction((tx, record) => this.rotate(tx, record, hash));
    if (rotation && 'renewed' in rotation) return rotation.renewed;
    if (rotation) {
      this.logger.warn(`Used refresh token came back: sesion ${rotation.reusedSesionId} revoked`);
    }
    throw new Problem('REFRESH_TOKEN_INVALID', 'Log in again');
  }

  async revoke({ usuarioId, sesionId }: SesionId): Promise<void> {
    await this.bus.transaction((tx, record) =>
      this.sesiones.revoke(tx, record, { usuarioId, sesionId }),
    );
  }

  /** Ends the usuario's sesiones, all or all but one, in the transaction of the reason for it. */
  async revokeAll(
    tx: Db,
    record: RecordEvent,
    usuarioId: number,
    exceptSesionId?: string,
  ): Promise<void> {
    await this.sesiones.revokeAll(tx, record, usuarioId, exceptSesionId);
  }

  private async rotate(tx: Db, record: RecordEvent, hash: string): Promise<Rotation> {
    const sesionId = await this.sesiones.useToken(tx, hash);
    if (sesionId === undefined) {
      const reused = await this.sesiones.findUsed(tx, hash);
      if (reused === undefined) return undefined;
      await this.sesiones.revoke(tx, record, reused);
      return { reusedSesionId: reused.sesionId };
    }
    const ttl = this.config.jwt.refreshTtlSeconds;
    const usuarioId = await this.sesiones.extend(tx, record, sesionId, ttl);
    if (usuarioId === undefined) return undefined;
    return { renewed: await this.withNextToken(tx, { usuarioId, sesionId }) };
  }

  private async withNextToken(tx: Db, sesion: SesionId): Promise<OpenSesion> {
    const refreshToken = newRefreshToken();
    const hash = hashRefreshToken(refreshToken);
    await this.sesiones.insertToken(tx, hash, sesion.sesionId, this.config.jwt.refreshTtlSeconds);
    return { ...sesion, refreshToken };
  }
}
