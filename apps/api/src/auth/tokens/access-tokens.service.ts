import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { AppConfig } from '../../config/app-config.js';
import { ACCESS_TOKEN_TYPE } from './access-token-claims.js';
import { JwtKey } from './jwt-key.js';

export interface AccessToken {
  readonly text: string;
  /** Seconds. */
  readonly expiresIn: number;
}

/** Signs access tokens (JWT, HS256, `typ: at+jwt`); `JwtStrategy` is the other end. */
@Injectable()
export class AccessTokensService {
  constructor(
    private readonly jwt: JwtService,
    private readonly key: JwtKey,
    private readonly config: AppConfig,
  ) {}

  async issue(usuarioId: number, sesionId: string): Promise<AccessToken> {
    const { issuer, audience, accessTtlSeconds, refreshTtlSeconds } = this.config.jwt;
    // A token that outlived its sesion would promise a time that the next request denies.
    const expiresIn = Math.min(accessTtlSeconds, refreshTtlSeconds);
    const text = await this.jwt.signAsync(
      { sid: sesionId },
      {
        privateKey: this.key.value,
        algorithm: 'HS256',
        header: { alg: 'HS256', typ: ACCESS_TOKEN_TYPE },
        issuer,
        audience,
        subject: String(usuarioId),
        jwtid: randomUUID(),
        expiresIn,
      },
    );
    return { text, expiresIn };
  }
}
