import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { JwtModule } from '@nestjs/jwt';
import { AppConfig } from '../config/app-config.js';
import { AccessRetention } from './access-retention.js';
import { AccessTokensService } from './tokens/access-tokens.service.js';
import { AuthController } from './auth.controller.js';
import { AuthService } from './auth.service.js';
import { CredentialsRepository } from './credentials/credentials.repository.js';
import { CredentialsService } from './credentials/credentials.service.js';
import { JwtAuthGuard } from './jwt-auth.guard.js';
import { JwtKey } from './tokens/jwt-key.js';
import { JwtStrategy } from './tokens/jwt.strategy.js';
import { KeyedHashService } from './tokens/keyed-hash.service.js';
import { LoginFailuresRepository } from './credentials/login-failures.repository.js';
import { PasswordHasher } from './credentials/password-hasher.js';
import { PrincipalSeal } from './principals/principal-seal.js';
import { PrincipalsRepository } from './principals/principals.repository.js';
import { PrincipalsService } from './principals/principals.service.js';
import { Revocations } from './principals/revocations.js';
import { RolesGuard } from './roles.guard.js';
import { SesionesRepository } from './sesiones/sesiones.repository.js';
import { SesionesService } from './sesiones/sesiones.service.js';

/** Importing it closes every route of the app: what is to be open says `@Public()`. */
@Module({
  imports: [JwtModule.register({})],
  controllers: [AuthController],
  providers: [
    {
      provide: JwtKey,
      inject: [AppConfig],
      useFactory: (config: AppConfig) => JwtKey.load(config),
    },
    AccessRetention,
    AccessTokensService,
    AuthService,
    CredentialsRepository,
    CredentialsService,
    JwtStrategy,
    LoginFailuresRepository,
    KeyedHashService,
    PasswordHasher,
    {
      provide: PrincipalSeal,
      inject: [JwtKey],
      useFactory: (key: JwtKey) => new PrincipalSeal(key),
    },
    PrincipalsRepository,
    PrincipalsService,
    Revocations,
    SesionesRepository,
    SesionesService,
    // In this order: who is calling, then their role.
    { provide: APP_GUARD, useClass: JwtAuthGuard },
    { provide: APP_GUARD, useClass: RolesGuard },
  ],
  exports: [CredentialsService, KeyedHashService, PrincipalsService, SesionesService],
})
export class AuthModule {}
