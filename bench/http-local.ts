/**
 * How many requests for a cached answer does one process answer a second, from its own memory and
 * from Redis?
 *
 *   npm run bench:http-local
 *
 * First a server with one handler, decorated twice, and the same without a cache as a control: at
 * once, and one turn of the event loop later. What Redis answers comes in batches, and so do the
 * answers that are made of it, which the kernel likes; what is in memory is answered one by one.
 * Then the statistics of the API, from two processes over one Redis and one database,
 * one of them with CACHE_LOCAL; there each request also looks its caller up in the database. The
 * two take turns in each round; the requests come from this process, on the same machine.
 */
import 'reflect-metadata';
import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Controller, Get, Module, Param } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { RawRequest } from '@gad/cache';
import { CacheAside, CacheModule, cacheKey, CacheService } from '@gad/cache';
import { startApiProcess } from '../apps/api/test/support/api-process.js';
import { startPostgres } from '../test/servers/postgres-server.js';
import { startRedis } from '../test/servers/redis-server.js';
import { answersPerSecond } from './http-client.js';
import { expectFigure, machine, quantile, spread } from './measure.js';

const ROUNDS = 9;
const LOAD = { connections: 16, seconds: 1 };
const VALUE = { user_id: 2, total_tareas: 45, completadas: 30, filler: 'x'.repeat(350) };
const CACHED = ['stored', 'local'] as const;
const HANDLERS = [...CACHED, 'at-once', 'later'] as const;

const [, , redisUrl] = process.argv;
if (redisUrl !== undefined) await serve(redisUrl);
else await compare();

/** The server with one handler; tells where it listens, and when asked what was answered from memory. */
async function serve(url: string): Promise<void> {
  const key = ({ params }: RawRequest) => cacheKey`stats:${params['id'] ?? ''}`;

  @Controller()
  class StatisticsController {
    @Get('stored/:id')
    @CacheAside({ scope: 'shared', key, ttl: 3_600 })
    stored(@Param('id') _id: string): unknown {
      return VALUE;
    }

    @Get('local/:id')
    @CacheAside({ scope: 'shared', key, ttl: 3_600, local: 3_600 })
    local(@Param('id') _id: string): unknown {
      return VALUE;
    }

    @Get('at-once/:id')
    atOnce(@Param('id') _id: string): unknown {
      return VALUE;
    }

    @Get('later/:id')
    async later(@Param('id') _id: string): Promise<unknown> {
      await new Promise((resolve) => setImmediate(resolve));
      return VALUE;
    }
  }

  const options = { redis: { url }, local: {}, logLevel: 'off', deadlineMs: 5_000 } as const;

  @Module({ imports: [CacheModule.forRoot(options)], controllers: [StatisticsController] })
  class StatisticsModule {}

  const app = await NestFactory.create<NestFastifyApplication>(
    StatisticsModule,
    new FastifyAdapter(),
    { logger: ['error'] },
  );
  await app.listen(0, '127.0.0.1');
  const cache = app.get(CacheService);
  process.on('message', () => {
    void cache.getStats().then(({ local }) => process.send?.(local.copies?.hits ?? 0));
  });
  process.send?.(await app.getUrl());
}

async function compare(): Promise<void> {
  const redis = await startRedis();
  try {
    console.log(`${machine()}; ${LOAD.connections} connections, ${ROUNDS} rounds`);
    await compareHandlers(redis.url);
    await compareApi(redis.url);
  } finally {
    await redis.stop();
  }
}

async function compareHandlers(url: string): Promise<void> {
  const tools = new URL('../tools/typescript.mjs', import.meta.url).href;
  const server = fork(fileURLToPath(import.meta.url), [url], { execArgv: ['--import', tools] });
  try {
    const [address] = (await once(server, 'message')) as [string];
    const before = await copyHits(server);
    let answered = 0;
    const rates = await takeTurns(HANDLERS, async (way) => {
      const rate = await answersPerSecond(new URL(`/${way}/2`, address), {}, LOAD);
      if (way === 'local') answered += rate * LOAD.seconds;
      return rate;
    });
    const share = ((await copyHits(server)) - before) / answered;
    report('one handler', rates);
    expectFigure(`${(100 * share).toFixed(1)} % of the second answered from memory`, share > 0.99);
  } finally {
    server.kill();
  }
}

async function copyHits(server: ChildProcess): Promise<number> {
  const answer = once(server, 'message');
  server.send('hits');
  const [hits] = (await answer) as [number];
  return hits;
}

async function compareApi(url: string): Promise<void> {
  const postgres = await startPostgres();
  try {
    const variables = {
      REDIS_URL: url,
      DATABASE_URL: await postgres.createDatabase('http_local'),
      JWT_SECRET: 'one secret for both of the processes',
      CACHE_DEADLINE_MS: '5000',
      CACHE_LOG_LEVEL: 'off',
    };
    const stored = await startApiProcess(variables);
    const local = await startApiProcess({ ...variables, DEMO_DATA: 'false', CACHE_LOCAL: 'true' });
    try {
      const login = await fetch(`${stored.url}/api/v1/auth/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ email: 'admin@gad.local', password: 'gad-demo' }),
      });
      const { access_token: token } = (await login.json()) as { access_token: string };
      const headers = { authorization: `Bearer ${token}` };
      const path = '/api/v1/stats/user/2?days=30';
      await fetch(stored.url + path, { headers });
      const load = { ...LOAD, expected: 'gad; hit' };
      const rates = await takeTurns(CACHED, (way) =>
        answersPerSecond(new URL(path, { stored, local }[way].url), headers, load),
      );
      const ratio = report('statistics of the API', rates);
      expectFigure('statistics from memory are no slower than from Redis', ratio >= 1);
    } finally {
      await Promise.all([stored.dispose(), local.dispose()]);
    }
  } finally {
    await postgres.stop();
  }
}

/** Answers a second of each way in each round, without the first rounds, which warm up. */
async function takeTurns<W extends string>(
  ways: readonly W[],
  measure: (way: W) => Promise<number>,
): Promise<Map<string, number[]>> {
  const rates = new Map(ways.map((way): [string, number[]] => [way, []]));
  for (let round = -2; round < ROUNDS; round++) {
    for (const way of round % 2 === 0 ? ways : [...ways].reverse()) {
      const rate = await measure(way);
      if (round >= 0) rates.get(way)?.push(rate);
    }
  }
  return rates;
}

/** Prints the rates, and returns how many times that from Redis the one from memory is. */
function report(what: string, rates: ReadonlyMap<string, number[]>): number {
  const stored = rates.get('stored') ?? [];
  console.log(what);
  for (const [way, each] of rates) {
    const ratios = each.map((rate, round) => rate / (stored[round] ?? NaN));
    console.log(`  ${way.padEnd(8)} ${spread(each, 0)} a second, ${spread(ratios, 3)} × stored`);
  }
  const local = rates.get('local') ?? [];
  return quantile(
    local.map((rate, round) => rate / (stored[round] ?? NaN)),
    0.5,
  );
}
