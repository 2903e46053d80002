import { Injectable } from '@nestjs/common';
import { AccessTokensService } from './tokens/access-tokens.service.js';
import { CredentialsService } from './credentials/credentials.service.js';
import type { LoginDto } from './dto/login.dto.js';
import type { TokensDto } from './dto/tokens.dto.js';
import type { Principal } from './principal.js';
import { SesionesService, type OpenSesion } from './sesiones/sesiones.service.js';

/** Logging in, staying in, logging out. */
@Injectable()
export class AuthService {
  constructor(
    private readonly credentials: CredentialsService,
    private readonly sesiones: SesionesService,
    private readonly accessTokens: AccessTokensService,
  ) {}

  /** @throws Problem INVALID_CREDENTIALS, ACCOUNT_LOCKED */
  async login({ email, password }: LoginDto): Promise<TokensDto> {
    const sesion = await this.credentials.withLogin(email, password, (tx, record, usuarioId) =>
      this.sesiones.open(tx, record, usuarioId),
    );
    return this.tokens(sesion);
  }

  /** @throws Problem REFRESH_TOKEN_INVALID */
  async refresh(refreshToken: string): Promise<TokensDto> {
    return this.tokens(await this.sesiones.renew(refreshToken));
  }

  async logout({ id, sesionId }: Principal): Promise<void> {
    await this.sesiones.revoke({ usuarioId: id, sesionId });
  }

  private async tokens(sesion: OpenSesion): Promise<TokensDto> {
    const access = await this.accessTokens.issue(sesion.usuarioId, sesion.sesionId);
    return {
      access_token: access.text,
      token_type: 'Bearer',
      expires_in: access.expiresIn,
      refresh_token: sesion.refreshToken,
    };
  }
}
