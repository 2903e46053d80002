import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Observable } from 'rxjs';
import { CacheAudit } from './cache-audit.js';

/** Begins the entry of a request after the guards, and before its arguments are looked at. */
@Injectable()
export class CacheAuditInterceptor implements NestInterceptor {
  constructor(private readonly audit: CacheAudit) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    await this.audit.begin(context.getArgByIndex<FastifyRequest>(0));
    return next.handle();
  }
}
