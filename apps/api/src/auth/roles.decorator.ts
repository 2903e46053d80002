import { Reflector } from '@nestjs/core';
import type { Rol } from '../database/schema.js';

/**
 * The role that a route (or every route of a controller) asks for: that role *or a higher one*,
 * so `@Roles('supervisor')` lets supervisors and admins in. Without it, being signed in is enough.
 */
export const Roles = Reflector.createDecorator<Rol>();
