import { beforeEach, describe, expect, it } from '@jest/globals';
import { onEveryCacheSetup } from './support/api.js';
import { expectProblem } from './support/expect-problem.js';
import { untilHit } from './support/until-hit.js';

onEveryCacheSetup('a look into the cache', (api) => {
  const admin = (method: string, path: string) => api().call(method, path, { as: 'admin' });
  const warm = async (...days: number[]) => {
    for (const n of days) {
      await untilHit(() => api().get(`/stats/user/2?days=${n}`, { as: 'usuario' }));
    }
  };
  beforeEach(async () => {
    await admin('POST', '/cache/clear');
  });

  describe('GET /cache/tree', () => {
    it('GET /cache/tree counts keys level by level, down to the keys', async () => {
      await warm(7, 30);
      const level = async (prefix: string) =>
        (await admin('GET', `/cache/tree?prefix=${prefix}`)).body;
      const estimate = api().redisUrl !== undefined;
      expect(await level('')).toEqual({
        prefix: '',
        items: [{ name: 'stats', prefix: 'stats:', keys: 2, is_key: false, estimate }],
        next_cursor: null,
        partial: false,
      });
      expect((await level('gad:stats:user:2:days:')).items).toEqual(
        ['30', '7'].map((name) => ({
          ...{ name, prefix: `stats:user:2:days:${name}:`, keys: 1, is_key: true, estimate },
        })),
      );
    });

    it('GET /cache/tree goes on behind a cursor, which belongs to its prefix', async () => {
      await warm(1, 2, 3);
      const path = '/cache/tree?prefix=stats:user:2:days:&limit=2';
      const first = (await admin('GET', path)).body;
      const { body } = await admin('GET', `${path}&after=${first.next_cursor}`);
      expect([...first.items, ...body.items].map(({ name }) => name)).toEqual(['1', '2', '3']);
      expect(body.next_cursor).toBeNull();
      const other = `/cache/tree?prefix=stats:&after=${first.next_cursor}`;
      expectProblem(await admin('GET', other), 400, 'CURSOR_INVALID');
      expectProblem(await admin('GET', '/cache/tree?prefix=a%0Ab'), 400, 'CACHE_KEY_INVALID');
    });
  });
});
