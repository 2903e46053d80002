/** Nest and passport-jwt; the cache is @nestjs/cache-manager's interceptor over @keyv/redis. */
import KeyvRedis from '@keyv/redis';
import { CacheInterceptor, CacheModule } from '@nestjs/cache-manager';
import { Controller, UseInterceptors } from '@nestjs/common';
import { serve, statisticsRoute } from './nest.mjs';
import { redisUrl, statisticsOf } from './settings.mjs';

class StatisticsController {
  forUser(id, days) {
    return statisticsOf(Number(id), Number(days));
  }

  uncached(id, days) {
    return statisticsOf(Number(id), Number(days));
  }
}
Controller('stats')(StatisticsController);
statisticsRoute(StatisticsController, 'forUser', 'user/:id', UseInterceptors(CacheInterceptor));
statisticsRoute(StatisticsController, 'uncached', 'uncached/:id');

await serve(StatisticsController, {
  imports: [CacheModule.register({ ttl: 300_000, stores: [new KeyvRedis(redisUrl)] })],
});
