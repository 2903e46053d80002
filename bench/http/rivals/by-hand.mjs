/** Nest and passport-jwt; the cache is `GET` and `JSON.parse` in the handler. */
import { Controller } from '@nestjs/common';
import { createClient } from 'redis';
import { serve, statisticsRoute } from './nest.mjs';
import { redisUrl, statisticsOf } from './settings.mjs';

const redis = await createClient({ url: redisUrl }).connect();

class StatisticsController {
  async forUser(id, days) {
    const key = `by-hand:${id}:${days}`;
    const text = await redis.get(key);
    if (text !== null) return JSON.parse(text);
    const value = await statisticsOf(Number(id), Number(days));
    await redis.set(key, JSON.stringify(value), { EX: 300 });
    return value;
  }

  uncached(id, days) {
    return statisticsOf(Number(id), Number(days));
  }
}
Controller('stats')(StatisticsController);
statisticsRoute(StatisticsController, 'forUser', 'user/:id');
statisticsRoute(StatisticsController, 'uncached', 'uncached/:id');

await serve(StatisticsController);
