import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { IdempotencyRetention } from './idempotency-retention.js';
import { IdempotencyRepository } from './idempotency.repository.js';
import { IdempotencyService } from './idempotency.service.js';

/** `Idempotency-Key`: a creation that is sent again is not repeated. */
@Module({
  imports: [AuthModule],
  providers: [IdempotencyRepository, IdempotencyRetention, IdempotencyService],
  exports: [IdempotencyService],
})
export class IdempotencyModule {}
