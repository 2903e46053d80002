/**
 * What does a request for a cached answer cost one process, from its own memory and from Redis, and
 * how many does it answer a second?
 *
 *   npm run bench:http-local
 *
 * First a server with one handler, decorated twice, and the same without a cache as a control: at
 * once, and one turn of the event loop later. Then the statistics of the API, from two processes
 * over one Redis and one database, one of them with CACHE_LOCAL; there each request also looks its
 * caller up in the database. The ways take turns in each round; the requests come from this process,
 * on the same machine.
 *
 * Each is asked as fast as it answers, and at a pace that leaves the machine time. The processor
 * time per answer, of the process and of Redis, is what an answer costs. How many come in a second
 * depends on the client as well: on the same machine an answer that finds it asleep wakes it, at the
 * server's expense, and those that waited for Redis or for a turn leave together and wake it once.
 * That is why one client never sleeps.
 */
import 'reflect-metadata';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Controller, Get, Module, Param } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { RawRequest } from '@gad/cache';
import { CacheAside, CacheModule, cacheKey, CacheService } from '@gad/cache';
import { createClient } from 'redis';
import type { ApiProcess } from '../apps/api/test/support/api-process.js';
import { startApiProcess } from '../apps/api/test/support/api-process.js';
import { startPostgres } from '../test/servers/postgres-server.js';
import { startRedis } from '../test/servers/redis-server.js';
import type { Answers, HttpLoad } from './http-client.js';
import { askFor } from './http-client.js';
import type { RedisTime, Subject } from './http-turns.js';
import { report, takeTurns } from './http-turns.js';
import { logIn } from './log-in.js';
import { expectFigure, machine } from './measure.js';
import { serversMs } from './servers-time.js';
import { redisVersions } from './versions.js';

const ROUNDS = 7;
const LOADS: readonly HttpLoad[] = [
  { connections: 16, seconds: 1 },
  { connections: 16, seconds: 1, awake: true },
  { connections: 128, seconds: 1 },
  { connections: 16, seconds: 1, perSecond: 1_000 },
];
const VALUE = { user_id: 2, total_tareas: 45, completadas: 30, filler: 'x'.repeat(350) };
const HANDLERS = ['stored', 'local', 'at-once', 'later'] as const;

const [, , redisUrl] = process.argv;
if (redisUrl !== undefined) await serve(redisUrl);
else await compare();

/** The server with one handler; reports its address, and on request its answers from memory. */
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

  const options = {
    prefix: 'gad:',
    redis: { url },
    local: {},
    logLevel: 'off',
    deadlineMs: 5_000,
  } as const;

  @Module({ imports: [CacheModule.forRoot(options)], controllers: [StatisticsController] })
  class StatisticsModule {}

  const app = await NestFactory.create<NestFastifyApplication>(
    StatisticsModule,
    new FastifyAdapter(),
    { logger: ['error'] },
  );
  await app.listen(0, '127.0.0.1');
  const cache = app.get(CacheService);
  process.on('message', (what) => {
    if (what === 'cpu') process.send?.(process.cpuUsage());
    else void cache.getStats().then(({ local }) => process.send?.(local.copies?.hits ?? 0));
  });
  process.send?.(await app.getUrl());
}

async function compare(): Promise<void> {
  const redis = await startRedis();
  const control = createClient({ url: redis.url });
  try {
    await control.connect();
    console.log(`${machine()}, ${await redisVersions(redis.url)}; ${ROUNDS} rounds`);
    const redisTime = async (): Promise<number> => (await serversMs([control])) * 1_000;
    await compareHandlers(redis.url, redisTime);
    await compareApi(redis.url, redisTime);
  } finally {
    control.destroy();
    await redis.stop();
  }
}

async function compareHandlers(url: string, redisTime: RedisTime): Promise<void> {
  const tools = new URL('../tools/typescript.mjs', import.meta.url).href;
  const server = fork(fileURLToPath(import.meta.url), [url], { execArgv: ['--import', tools] });
  const query = async (what: string): Promise<unknown> => {
    const answer = once(server, 'message');
    server.send(what);
    return ((await answer) as [unknown])[0];
  };
  try {
    const [address] = (await once(server, 'message')) as [string];
    let fromMemory = 0;
    const subjects = new Map(
      HANDLERS.map((way): [string, Subject] => {
        const ask = async (load: HttpLoad): Promise<Answers> => {
          const answers = await askFor(new URL(`/${way}/2`, address), {}, load);
          if (way === 'local') fromMemory += answers.answered;
          return answers;
        };
        // What `serve` answers to that.
        return [way, { ask, cpu: () => query('cpu') as Promise<NodeJS.CpuUsage> }];
      }),
    );
    for (const load of LOADS) {
      report(`one handler, ${inWords(load)}`, await takeTurns(subjects, load, redisTime, ROUNDS));
    }
    const share = Number(await query('hits')) / fromMemory;
    expectFigure(`${(100 * share).toFixed(1)} % of "local" answered from memory`, share > 0.99);
  } finally {
    server.kill();
  }
}

async function compareApi(url: string, redisTime: RedisTime): Promise<void> {
  const postgres = await startPostgres();
  try {
    const variables = {
      REDIS_URL: url,
      DATABASE_URL: await postgres.createDatabase('http_local'),
      JWT_SECRET: 'one secret for both of the processes',
      CACHE_DEADLINE_MS: '5000',
      CACHE_LOG_LEVEL: 'off',
    };
    const options = { preload: new URL('cpu-reporter.ts', import.meta.url).href };
    const stored = await startApiProcess(variables, options);
    const ours = { ...variables, DEMO_DATA: 'false', CACHE_LOCAL: 'true' };
    const local = await startApiProcess(ours, options);
    try {
      const headers = await logIn(stored);
      const path = '/api/v1/stats/user/2?days=30';
      await fetch(stored.url + path, { headers });
      const subject = (api: ApiProcess): Subject => ({
        ask: (load) => askFor(new URL(path, api.url), headers, { ...load, expected: 'gad; hit' }),
        cpu: () => {
          const answer = api.message(AbortSignal.timeout(5_000));
          api.send('cpu');
          // What the reporter answers to that.
          return answer as Promise<NodeJS.CpuUsage>;
        },
      });
      const subjects = new Map([
        ['stored', subject(stored)],
        ['local', subject(local)],
      ]);
      for (const load of LOADS) {
        const what = `statistics of the API, ${inWords(load)}`;
        const ratio = report(what, await takeTurns(subjects, load, redisTime, ROUNDS));
        // Elsewhere answers from memory wake the client more often than others do.
        if (load.awake === true || load.perSecond !== undefined) {
          expectFigure(`${what}: from memory costs no more processor time`, ratio <= 1);
        }
      }
    } finally {
      await Promise.all([stored.dispose(), local.dispose()]);
    }
  } finally {
    await postgres.stop();
  }
}

function inWords({ connections, perSecond, awake }: HttpLoad): string {
  const pace = perSecond === undefined ? 'as fast as it answers' : `${perSecond} a second`;
  return `${connections} connections, ${pace}${awake === true ? ', never asleep' : ''}`;
}
