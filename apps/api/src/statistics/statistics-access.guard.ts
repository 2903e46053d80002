import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { principalOf } from '../auth/current-user.decorator.js';
import type { Caller } from '../auth/principal.js';
import { hasRole } from '../auth/role.js';
import { Problem } from '../problems/problem.js';
import { readStatisticsRequest, type StatisticsRequest } from './statistics-request.js';

/** Own statistics, or those of any usuario for a supervisor. Decides before the cache is asked. */
@Injectable()
export class StatisticsAccessGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const principal = principalOf(context);
    if (!principal) throw new Problem('UNAUTHENTICATED', 'Send a valid bearer token');
    const asked = readStatisticsRequest(context.getArgByIndex<FastifyRequest>(0));
    return asked instanceof Promise
      ? asked.then((request) => mayRead(principal, request))
      : mayRead(principal, asked);
  }
}

/** @throws Problem FORBIDDEN */
function mayRead(principal: Caller, { userId }: StatisticsRequest): true {
  if (userId === principal.id || hasRole(principal, 'supervisor')) return true;
  throw new Problem('FORBIDDEN', 'You may see your own statistics only');
}
