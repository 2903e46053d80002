import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { createHmac, createSecretKey, randomBytes } from 'node:crypto';
import { Controller, Get, Module, Req } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { JwtModule } from '@nestjs/jwt';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { CacheReadAhead } from '@gad/cache';
import { AppConfig, readAppConfig } from '../config/app-config.js';
import { Problem } from '../problems/problem.js';
import { ProblemFilter } from '../problems/problem.filter.js';
import { AccessTokensService } from './tokens/access-tokens.service.js';
import { CurrentUser } from './current-user.decorator.js';
import { JwtAuthGuard } from './jwt-auth.guard.js';
import { JwtKey } from './tokens/jwt-key.js';
import { JwtStrategy } from './tokens/jwt.strategy.js';
import type { Principal } from './principal.js';
import { Public } from './public.decorator.js';
import { Roles } from './roles.decorator.js';
import { RolesGuard } from './roles.guard.js';
import { CachedPrincipal } from './cached-principal.decorator.js';
import { PrincipalsService } from './principals/principals.service.js';

const SESION = '4f8c6f0e-54b8-4b43-8d3b-0f4b3d0d2f60';

@Controller()
class Routes {
  @Get('mine')
  mine(@CurrentUser() principal: Principal): Principal {
    return principal;
  }

  @CachedPrincipal()
  @Get('cached')
  cached(@Req() { user }: { user?: unknown }): unknown {
    return user;
  }

  @CachedPrincipal()
  @Get('careless')
  careless(@CurrentUser() principal: Principal): Principal {
    return principal;
  }

  @Public()
  @Get('open')
  open(): string {
    return 'open';
  }

  @Roles('supervisor')
  @Get('upper')
  upper(): string {
    return 'upper';
  }

  @Public()
  @Roles('usuario')
  @Get('contradiction')
  contradiction(): string {
    return 'never';
  }
}

@Module({ controllers: [Routes] })
class RoutesModule {}

type Find = PrincipalsService['find'];
type FindCached = PrincipalsService['findCached'];

const apps: NestFastifyApplication[] = [];
afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.close()));
});

/** The guards over a lookup of our own: what they do when the database does not answer is the point. */
async function start(
  find: Find,
  findCached: FindCached = () => Promise.reject(new Error('asked')),
) {
  const module = await Test.createTestingModule({
    imports: [RoutesModule, JwtModule.register({})],
    providers: [
      { provide: AppConfig, useValue: readAppConfig({}) },
      { provide: JwtKey, useValue: new JwtKey(createSecretKey(randomBytes(32))) },
      { provide: PrincipalsService, useValue: { find, findCached } },
      AccessTokensService,
      JwtStrategy,
      CacheReadAhead,
      { provide: APP_GUARD, useClass: JwtAuthGuard },
      { provide: APP_GUARD, useClass: RolesGuard },
    ],
  }).compile();
  const app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter());
  app.useGlobalFilters(new ProblemFilter());
  app.useLogger(false);
  await app.init();
  apps.push(app);
  const { text } = await app.get(AccessTokensService).issue(2, SESION);
  const get = async (url: string, token?: string) => {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const { statusCode, body } = await app.inject({ url, headers });
    return { status: statusCode, body };
  };
  return { token: text, get };
}

const nora = (rol: Principal['rol']): Principal => ({
  id: 2,
  email: 'nora@gad.local',
  nombre: 'Nora',
  apellido: 'Prueba',
  rol,
  sesionId: SESION,
});

describe('the guards', () => {
  it('look the caller up by the token’s claims and hand them to the handler', async () => {
    const asked: unknown[] = [];
    const { token, get } = await start((...args) => {
      asked.push(args);
      return Promise.resolve(nora('usuario'));
    });
    const { status, body } = await get('/mine', token);
    expect({ status, body: JSON.parse(body) as unknown }).toEqual({
      status: 200,
      body: nora('usuario'),
    });
    expect(asked).toEqual([[{ sesionId: SESION, usuarioId: 2 }]]);
  });

  it('verify a token once, and look its caller up for each request', async () => {
    const callers: (Principal | undefined)[] = [nora('usuario'), nora('supervisor'), undefined];
    const { token, get } = await start(() => Promise.resolve(callers.shift()));
    // What jsonwebtoken verifies with.
    const hmac = Object.getPrototypeOf(createHmac('sha256', 'any')) as ReturnType<
      typeof createHmac
    >;
    const verify = jest.spyOn(hmac, 'digest');
    try {
      const answers = [await get('/upper', token), await get('/upper', token)];
      expect(answers.map(({ status }) => status)).toEqual([403, 200]);
      expect(verify).toHaveBeenCalledTimes(1);
      expect(await get('/upper', token)).toMatchObject({ status: 401 });
      // Neither its beginning nor its signature makes another token a known one.
      expect(
        await get('/upper', `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`),
      ).toMatchObject({
        status: 401,
      });
    } finally {
      verify.mockRestore();
    }
  });

  it('take a token that was verified no longer than its exp', async () => {
    const { token, get } = await start(() => Promise.resolve(nora('admin')));
    expect(await get('/upper', token)).toMatchObject({ status: 200 });
    const now = Date.now();
    const clock = jest.spyOn(Date, 'now').mockImplementation(() => now + 3_600_000);
    try {
      expect(await get('/upper', token)).toMatchObject({ status: 401 });
    } finally {
      clock.mockRestore();
    }
  });

  it('answer 503 and not 401 for a token that was verified, too, while the database is unavailable', async () => {
    const lookups = [
      () => Promise.resolve(nora('admin')),
      () =>
        Promise.reject(
          new Problem('DATABASE_UNAVAILABLE', 'unavailable', { retryAfterSeconds: 1 }),
        ),
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- drivers do that
      () => Promise.reject('text'),
    ];
    const { token, get } = await start(() => lookups.shift()?.() ?? Promise.resolve(undefined));
    const statuses = [];
    for (let each = 0; each < 4; each++) statuses.push((await get('/upper', token)).status);
    expect(statuses).toEqual([200, 503, 500, 401]);
  });

  it('ask the database nothing for a public route or a bad token', async () => {
    const { token, get } = await start(() => Promise.reject(new Error('asked')));
    expect(await get('/open', token)).toEqual({ status: 200, body: 'open' });
    expect(await get('/mine', `${token}x`)).toMatchObject({ status: 401 });
    expect(await get('/mine')).toMatchObject({ status: 401 });
  });

  it('take a caller from the cache on routes that are marked so, and on no other', async () => {
    const caller = { id: 2, rol: 'usuario', sesionId: SESION } as const;
    const { token, get } = await start(
      () => Promise.resolve(nora('usuario')),
      () => Promise.resolve(caller),
    );
    expect(JSON.parse((await get('/cached', token)).body)).toEqual(caller);
    expect(JSON.parse((await get('/mine', token)).body)).toEqual(nora('usuario'));
    expect(await get('/careless', token)).toMatchObject({ status: 500 });
    expect(await get('/cached', `${token}x`)).toMatchObject({ status: 401 });
  });

  it('refuse a caller whom the cache and the database do not know', async () => {
    const unknown = () => Promise.resolve(undefined);
    const { token, get } = await start(unknown, unknown);
    expect(await get('/cached', token)).toMatchObject({ status: 401 });
  });

  it('answer 503 and not 401 while the database is unavailable', async () => {
    const { token, get } = await start(() =>
      Promise.reject(new Problem('DATABASE_UNAVAILABLE', 'unavailable', { retryAfterSeconds: 1 })),
    );
    const { status, body } = await get('/mine', token);
    expect({ status, body: JSON.parse(body) as unknown }).toMatchObject({
      status: 503,
      body: { code: 'DATABASE_UNAVAILABLE' },
    });
  });

  it('answer 500 and not 401 when the lookup breaks, whatever it throws', async () => {
    for (const thrown of [new Error('select secret'), 'text', { code: 'X' }]) {
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- drivers do that
      const { token, get } = await start(() => Promise.reject(thrown));
      const { status, body } = await get('/mine', token);
      expect(status).toBe(500);
      expect(body).not.toContain('secret');
    }
  });

  it('ask for a role or a higher one', async () => {
    for (const [rol, status] of [
      ['usuario', 403],
      ['supervisor', 200],
      ['admin', 200],
    ] as const) {
      const { token, get } = await start(() => Promise.resolve(nora(rol)));
      expect(await get('/upper', token)).toMatchObject({ status });
    }
  });

  it('keep a route shut that is public and wants a role', async () => {
    const { token, get } = await start(() => Promise.resolve(nora('admin')));
    expect(await get('/contradiction', token)).toMatchObject({ status: 401 });
  });

  it('of two apps in one process each take their own tokens, also at the same time', async () => {
    const one = await start(() => Promise.resolve(nora('usuario')));
    const two = await start(() => Promise.resolve(nora('admin')));
    const calls = [
      [one, one.token, 200],
      [two, two.token, 200],
      [one, two.token, 401],
      [two, one.token, 401],
    ] as const;
    const statuses = await Promise.all(
      calls.map(async ([app, token]) => (await app.get('/mine', token)).status),
    );
    expect(statuses).toEqual(calls.map(([, , expected]) => expected));
    expect((await two.get('/mine', two.token)).body).toContain('"rol":"admin"');
    expect((await one.get('/mine', one.token)).body).toContain('"rol":"usuario"');
  });
});
