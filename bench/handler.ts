/**
 * What does `@CacheAside` on a handler cost beside `getOrSet` written by hand in the same handler?
 *
 *   npm run bench:handler
 *
 * Hits only, in-process store and Redis, as a client sees it (HTTP over kept-alive connections of
 * loopback; client and server share this process) and within the server (Fastify's `inject`, no
 * sockets). The routes take short turns within one run, each round in another order; the ratio is
 * the median of the rounds' own ratios, because the machine is never quiet. The ratio of the CPU time
 * of the process is printed as well: it does not count what other processes take. Beside them, an
 * interceptor that only awaits `getOrSet` and answers: what Nest takes for any interceptor at all.
 * Nest goes a longer way as soon as a handler has one, so all of it is measured twice: in an
 * application with nothing else, and in one that has a global interceptor already, as one that logs.
 */
import 'reflect-metadata';
import { Agent, get } from 'node:http';
import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { Controller, Get, Injectable, Module, Param, UseInterceptors } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { CacheAside, CacheModule, CacheService, cacheKey } from '@gad/cache';
import type { RawRequest, RedisSettings } from '@gad/cache';
import type { Observable } from 'rxjs';
import { of, tap } from 'rxjs';
import { startRedis } from '../test/servers/redis-server.js';
import { expectFigure, machine, millisecondsOf, quantile, spread } from './measure.js';

const ROUNDS = 81;
const LOADS = [
  { concurrency: 1, calls: 100 },
  { concurrency: 50, calls: 500 },
];
const TARGET = 1.1;
const VALUE = { user_id: 2, total_tareas: 45, completadas: 30, filler: 'x'.repeat(350) };

@Injectable()
class BareInterceptor implements NestInterceptor {
  constructor(private readonly cache: CacheService) {}

  async intercept(context: ExecutionContext): Promise<Observable<unknown>> {
    const { params } = context.getArgByIndex<RawRequest>(0);
    const key = cacheKey`bare:${params['id'] ?? ''}`;
    return of(await this.cache.getOrSet(key, () => VALUE, { ttl: 3_600 }));
  }
}

/** What an application has that counts or logs its requests. */
class CountingInterceptor implements NestInterceptor {
  answered = 0;

  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(tap(() => this.answered++));
  }
}

@Controller()
class HandlersController {
  constructor(private readonly cache: CacheService) {}

  @Get('by-hand/:id')
  byHand(@Param('id') id: string): Promise<unknown> {
    return this.cache.getOrSet(cacheKey`by-hand:${id}`, () => VALUE, { ttl: 3_600 });
  }

  @Get('decorated/:id')
  @CacheAside({
    scope: 'shared',
    key: ({ params }) => cacheKey`decorated:${params['id'] ?? ''}`,
    ttl: 3_600,
  })
  decorated(@Param('id') _id: string): unknown {
    return VALUE;
  }

  @Get('bare/:id')
  @UseInterceptors(BareInterceptor)
  bare(@Param('id') _id: string): unknown {
    return VALUE;
  }
}

const ROUTES = ['by-hand', 'decorated', 'bare'] as const;
type Route = (typeof ROUTES)[number];

/** Asks for a path once, and resolves with the status. */
type Ask = (path: string) => Promise<number>;

const server = await startRedis();
try {
  console.log(machine());
  for (const others of [[], [new CountingInterceptor()]]) {
    console.log(`\n${others.length} interceptors of the application itself`);
    await measure('in-process', undefined, others);
    await measure('Redis', { url: server.url }, others);
  }
} finally {
  await server.stop();
}

async function measure(
  store: string,
  redis: RedisSettings | undefined,
  others: readonly NestInterceptor[],
): Promise<void> {
  @Module({
    imports: [CacheModule.forRoot({ prefix: 'gad:', redis, logLevel: 'off', deadlineMs: 5_000 })],
    controllers: [HandlersController],
  })
  class HandlersModule {}
  const app = await NestFactory.create<NestFastifyApplication>(
    HandlersModule,
    new FastifyAdapter(),
    { logger: ['error'] },
  );
  app.useGlobalInterceptors(...others);
  await app.listen(0, '127.0.0.1');
  const agent = new Agent({ keepAlive: true, maxSockets: 50 });
  const ways: Record<string, Ask> = {
    HTTP: overHttp(await app.getUrl(), agent),
    inject: async (path) => (await app.inject(path)).statusCode,
  };
  try {
    const cache = app.get(CacheService);
    for (const [way, ask] of Object.entries(ways)) {
      for (const { concurrency, calls } of LOADS) {
        const { hits: before } = (await cache.getStats()).local;
        const turns = await takeTurns(ask, concurrency, calls);
        const { hits } = (await cache.getStats()).local;
        if (hits - before < 3 * ROUNDS * calls) throw new Error('not every request was a hit');
        const ratios = (route: Route, of: keyof Turn): number[] =>
          turns[route].map((turn, round) => turn[of] / (turns['by-hand'][round] ?? turn)[of]);
        const each = ROUTES.map((route) => {
          const ms = turns[route].map((turn) => turn.ms);
          return `${route} ${((1_000 * quantile(ms, 0.5)) / calls).toFixed(1)} µs`;
        });
        const compared = (['decorated', 'bare'] as const).map(
          (route) =>
            `${route} ${spread(ratios(route, 'ms'), 3)} ×, CPU ${spread(ratios(route, 'cpuMs'), 3)} ×`,
        );
        console.log(`${way} ${store} c=${concurrency}  ${each.join(', ')}; ${compared.join('; ')}`);
        const ratio = quantile(ratios('decorated', 'ms'), 0.5);
        if (way === 'HTTP') {
          expectFigure(
            `${store} c=${concurrency} beside ${others.length}: @CacheAside ≤ ${TARGET} × by hand`,
            ratio <= TARGET,
          );
        }
      }
    }
  } finally {
    agent.destroy();
    await app.close();
  }
}

function overHttp(url: string, agent: Agent): Ask {
  return (path) =>
    new Promise((resolve, reject) => {
      get(url + path, { agent }, (response) => {
        response.on('data', () => undefined);
        response.once('end', () => resolve(response.statusCode ?? 0));
        response.once('error', reject);
      }).once('error', reject);
    });
}

/** What one turn took: for the client, and of the CPU. */
interface Turn {
  readonly ms: number;
  readonly cpuMs: number;
}

/** What each route took in each round, without the first rounds, which warm up. */
async function takeTurns(
  ask: Ask,
  concurrency: number,
  calls: number,
): Promise<Record<Route, Turn[]>> {
  const turns: Record<Route, Turn[]> = { 'by-hand': [], decorated: [], bare: [] };
  for (let round = -20; round < ROUNDS; round++) {
    const first = (round + 21) % ROUTES.length;
    for (const route of [...ROUTES.slice(first), ...ROUTES.slice(0, first)]) {
      let left = calls;
      const loop = async (): Promise<void> => {
        while (left-- > 0) {
          const status = await ask(`/${route}/2`);
          if (status !== 200) throw new Error(`${route} answered ${status}`);
        }
      };
      const before = process.cpuUsage();
      const ms = await millisecondsOf(() => Promise.all(Array.from({ length: concurrency }, loop)));
      const { user, system } = process.cpuUsage(before);
      if (round >= 0) turns[route].push({ ms, cpuMs: (user + system) / 1_000 });
    }
  }
  return turns;
}
