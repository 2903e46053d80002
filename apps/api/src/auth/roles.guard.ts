import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Rol } from '../database/schema.js';
import { Problem } from '../problems/problem.js';
import { principalOf } from './current-user.decorator.js';
import { PerHandler } from './per-handler.js';
import { hasRole } from './role.js';
import { Roles } from './roles.decorator.js';

/** Runs after `JwtAuthGuard`: compares the caller's role of this moment with `@Roles(…)`. */
@Injectable()
export class RolesGuard implements CanActivate {
  private readonly minimum: PerHandler<Rol | undefined>;

  constructor(reflector: Reflector) {
    this.minimum = new PerHandler((targets) => reflector.getAllAndOverride(Roles, targets));
  }

  canActivate(context: ExecutionContext): boolean {
    const minimum = this.minimum.of(context);
    if (minimum === undefined) return true;
    const principal = principalOf(context);
    // A route that is @Public() and wants a role is a contradiction: it stays shut.
    if (!principal) throw new Problem('UNAUTHENTICATED', 'This needs an access token');
    if (!hasRole(principal, minimum)) {
      throw new Problem('FORBIDDEN', `This needs the role ${minimum}; yours is ${principal.rol}`);
    }
    return true;
  }
}
