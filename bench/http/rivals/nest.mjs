/** What both Nest rivals share: a guard of passport-jwt over Fastify, and the start. */
import 'reflect-metadata';
import { Controller, Get, Injectable, Module, Param, Query, UseGuards } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AuthGuard, PassportModule, PassportStrategy } from '@nestjs/passport';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { ExtractJwt, Strategy } from 'passport-jwt';
import { fastifyOptions, furnish, listenAt, verification } from './settings.mjs';

class JwtStrategy extends PassportStrategy(Strategy) {
  constructor() {
    super({
      jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
      secretOrKeyProvider: (_request, _token, done) => done(null, verification.key),
      ...verification.options,
    });
  }

  validate({ sub, sid }) {
    return { id: Number(sub), sesionId: sid };
  }
}
Injectable()(JwtStrategy);

class HealthController {
  live() {
    return 'ok';
  }
}
Controller('health')(HealthController);
route(HealthController, 'live', Get('live'));

/** Applies decorators to a method, as TypeScript would. */
export function route(type, name, ...decorators) {
  const descriptor = Object.getOwnPropertyDescriptor(type.prototype, name);
  for (const decorator of decorators.reverse()) decorator(type.prototype, name, descriptor);
  Object.defineProperty(type.prototype, name, descriptor);
}

/** Makes `method(id, days)` of a controller the route of the statistics, behind the guard. */
export function statisticsRoute(type, method, path, ...decorators) {
  Param('id')(type.prototype, method, 0);
  Query('days')(type.prototype, method, 1);
  route(type, method, Get(path), UseGuards(AuthGuard('jwt')), ...decorators);
}

/** Starts an application with one controller of statistics. */
export async function serve(controller, { imports = [], providers = [] } = {}) {
  class AppModule {}
  Module({
    imports: [PassportModule, ...imports],
    controllers: [HealthController, controller],
    providers: [JwtStrategy, ...providers],
  })(AppModule);
  const adapter = new FastifyAdapter(fastifyOptions);
  await furnish(adapter.getInstance());
  const app = await NestFactory.create(AppModule, adapter, { logger: ['error'] });
  app.setGlobalPrefix('api/v1', { exclude: ['health/live'] });
  await app.listen(listenAt.port, listenAt.host);
}
