import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { principalOf } from '../auth/current-user.decorator.js';
import { hasRole } from '../auth/role.js';
import { Problem } from '../problems/problem.js';
import { readStatisticsRequest } from './statistics-request.js';

/** Own statistics, or anybody's for a supervisor. Decides before the cache is asked. */
@Injectable()
export class StatisticsAccessGuard implements CanActivate {
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const principal = principalOf(context);
    if (!principal) throw new Problem('UNAUTHENTICATED', 'Send a valid bearer token');
    const { userId } = await readStatisticsRequest(request);
    if (userId !== principal.id && !hasRole(principal, 'supervisor')) {
      throw new Problem('FORBIDDEN', 'You may see your own statistics only');
    }
    return true;
  }
}
