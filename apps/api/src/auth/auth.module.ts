import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { JwtModule } from '@nestjs/jwt';
import { CacheService } from '@gad/cache';
import { AppConfig } from '../config/app-config.js';
import { AccessRetention } from './access-retention.js';
import { AccessTokensService } from './access-tokens.service.js';
import { AuthController } from './auth.controller.js';
import { AuthService } from './auth.service.js';
import { CredentialsRepository } from './credentials.repository.js';
import { CredentialsService } from './credentials.service.js';
import { JwtAuthGuard } from './jwt-auth.guard.js';
import { JwtKey } from './jwt-key.js';
import { JwtStrategy } from './jwt.strategy.js';
import { KeyedHashService } from './keyed-hash.service.js';
import { RateLimitGuard } from './rate-limit.guard.js';
import { LoginFailuresRepository } from './login-failures.repository.js';
import { MemoryRateLimiter, RateLimiter } from './rate-limiter.js';
import { RolesGuard } from './roles.guard.js';
import { SharedRateLimiter } from './shared-rate-limiter.js';
import { SesionesRepository } from './sesiones.repository.js';
import { SesionesService } from './sesiones.service.js';

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
    {
      provide: RateLimiter,
      inject: [CacheService],
      useFactory: (cache: CacheService) =>
        cache.storeKind === 'redis' ? new SharedRateLimiter(cache) : new MemoryRateLimiter(),
    },
    AccessRetention,
    AccessTokensService,
    AuthService,
    CredentialsRepository,
    CredentialsService,
    JwtStrategy,
    LoginFailuresRepository,
    KeyedHashService,
    SesionesRepository,
    SesionesService,
    // In this order: the cheapest refusal first, the role last.
    { provide: APP_GUARD, useClass: RateLimitGuard },
    { provide: APP_GUARD, useClass: JwtAuthGuard },
    { provide: APP_GUARD, useClass: RolesGuard },
  ],
  exports: [CredentialsService, KeyedHashService, SesionesService],
})
export class AuthModule {}
