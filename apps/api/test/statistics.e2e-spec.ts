import { describe, expect, it } from '@jest/globals';
import { IDS, onEveryCacheSetup } from './support/api.js';
import { expectProblem } from './support/expect-problem.js';
import { GUIDE_EXAMPLE } from './support/guide-example.js';
import { storedHit, untilHit } from './support/until-hit.js';

onEveryCacheSetup('statistics', (api) => {
  const stats = (query = '', as: 'admin' | 'usuario' | 'supervisor' = 'usuario', headers = {}) =>
    api().get(`/stats/user/2${query}`, { as, headers });
  const forget = () => api().post('/stats/invalidate/user/2', { as: 'usuario' });

  describe('GET /stats/user/{user_id}', () => {
    it('GET /stats/user/{user_id} answers the guide’s example, first from the database, then from the cache', async () => {
      await forget();
      const miss = await stats('?days=30');
      expect(miss).toMatchObject({
        status: 200,
        body: {
          ...GUIDE_EXAMPLE,
          _cache: { hit: false, ttl: 300, key: 'gad:stats:user:2:days:30' },
        },
      });
      const hit = await storedHit(() => stats('?days=30'));
      const { _cache, ...content } = hit.body;
      const { _cache: _before, ...before } = miss.body;
      expect(content).toEqual(before);
      expect(_cache).toEqual({
        hit: true,
        ttl: expect.any(Number),
        key: 'gad:stats:user:2:days:30',
      });
      expect(_cache.ttl).toBeGreaterThan(290);
      expect(_cache.ttl).toBeLessThanOrEqual(300);
    });

    it('GET /stats/user/{user_id} computes once for fifty requests at once', async () => {
      await forget();
      const loads = async () =>
        (await api().get('/cache/stats', { as: 'admin' })).body.local.loads as number;
      const before = await loads();
      const answers = await Promise.all(Array.from({ length: 50 }, () => stats('?days=30')));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      const moments = new Set(answers.map(({ body }) => body.calculated_at));
      expect([...moments]).toEqual([expect.any(String)]);
      expect(await loads()).toBe(before + 1);
    });

    it('GET /stats/user/{user_id} takes 30 days and the cache when nothing is said', async () => {
      await forget();
      expect((await stats()).body).toMatchObject({ period_days: 30, _cache: { hit: false } });
      await untilHit(() => stats('?use_cache=true'));
    });

    it('GET /stats/user/{user_id} neither reads nor writes the cache with use_cache=false', async () => {
      await forget();
      const bypass = await stats('?days=29&use_cache=false');
      expect(bypass.body._cache).toEqual({ hit: false, ttl: 0, key: 'gad:stats:user:2:days:29' });
      expect(bypass.headers.get('cache-status')).toBe('gad; fwd=bypass');
      expect((await stats('?days=29')).body._cache.hit).toBe(false);
      expect((await stats('?days=29&use_cache=false')).body._cache.hit).toBe(false);
    });

    it('GET /stats/user/{user_id} says in Cache-Status what the cache did (RFC 9211)', async () => {
      await forget();
      const miss = await stats('?days=7');
      expect(miss.headers.get('cache-status')).toBe('gad; fwd=miss; stored');
      const hit = await storedHit(() => stats('?days=7'));
      expect(hit.headers.get('cache-status')).toBe(`gad; hit; ttl=${String(hit.body._cache.ttl)}`);
      expect(hit.headers.get('cache-control')).toBe('private, no-cache');
    });

    it('GET /stats/user/{user_id} answers 304 to the ETag of the same statistics, whether from cache or database', async () => {
      const etag = (await stats('?days=30')).headers.get('etag') ?? '';
      expect(etag).toMatch(/^W\/"[^"]+"$/);
      for (const sent of [etag, etag.slice(2), `"other", ${etag}`, '*']) {
        const same = await stats('?days=30', 'usuario', { 'if-none-match': sent });
        expect({ status: same.status, body: same.body, etag: same.headers.get('etag') }).toEqual({
          status: 304,
          body: '',
          etag,
        });
      }
      expect(
        await stats('?days=30&use_cache=false', 'usuario', { 'if-none-match': etag }),
      ).toMatchObject({ status: 304 });
      expect(await stats('?days=30', 'usuario', { 'if-none-match': '"other"' })).toMatchObject({
        status: 200,
      });
      expect(await stats('?days=31', 'usuario', { 'if-none-match': etag })).toMatchObject({
        status: 200,
      });
    });

    it('GET /stats/user/{user_id} serves each period from a key of its own', async () => {
      await forget();
      expect((await stats('?days=1')).body).toMatchObject({
        period_days: 1,
        _cache: { key: 'gad:stats:user:2:days:1' },
      });
      expect((await stats('?days=365')).body).toMatchObject({
        period_days: 365,
        _cache: { key: 'gad:stats:user:2:days:365' },
      });
    });

    it.each([
      'days=0',
      'days=366',
      'days=',
      'days=abc',
      'days=1.5',
      'days=-1',
      'days=1e2',
      'days=30&days=31',
      'use_cache=',
      'use_cache=1',
      'use_cache=FALSE',
      'day=30',
      'days[]=30',
    ])('GET /stats/user/{user_id} refuses ?%s, warm or cold', async (query) => {
      await stats('?days=30');
      expectProblem(await stats(`?${query}`), 400, 'VALIDATION_FAILED');
    });

    it('GET /stats/user/{user_id} shows a usuario the own statistics only, even when an admin has warmed the others', async () => {
      await api().get('/stats/user/1', { as: 'admin' });
      expectProblem(await api().get('/stats/user/1', { as: 'usuario' }), 403, 'FORBIDDEN');
      expectProblem(await api().get('/stats/user/1'), 401, 'UNAUTHENTICATED');
      expect((await stats('', 'supervisor')).status).toBe(200);
      expect((await api().get('/stats/user/1', { as: 'supervisor' })).body).toMatchObject({
        user_id: 1,
      });
    });

    it('GET /stats/user/{user_id} answers 404 for an unknown usuario, from the cache the second time', async () => {
      for (let time = 0; time < 2; time += 1) {
        expectProblem(
          await api().get('/stats/user/424242', { as: 'admin' }),
          404,
          'USUARIO_NOT_FOUND',
        );
      }
      expectProblem(await api().get('/stats/user/0', { as: 'admin' }), 400, 'VALIDATION_FAILED');
    });
  });

  describe('POST /stats/invalidate/user/{user_id}', () => {
    it('POST /stats/invalidate/user/{user_id} removes and counts every period of that usuario, and of no other', async () => {
      await forget();
      for (const days of [1, 7, 30]) await untilHit(() => stats(`?days=${days}`));
      await untilHit(() => api().get('/stats/user/1', { as: 'admin' }));
      expect(await forget()).toMatchObject({
        status: 200,
        body: { user_id: 2, deleted_keys: 3, pattern: 'stats:user:2:*' },
      });
      const kept = await api().get('/cache/keys/stats:user:1:days:30', { as: 'admin' });
      expect(kept.body).toMatchObject({ exists: true });
      expect((await forget()).body.deleted_keys).toBe(0);
    });

    it('POST /stats/invalidate/user/{user_id} is for the own statistics, or an admin', async () => {
      const invalidate = (as: 'admin' | 'supervisor' | 'usuario', id: number) =>
        api().post(`/stats/invalidate/user/${id}`, { as });
      expect((await invalidate('admin', IDS.usuario)).status).toBe(200);
      expectProblem(await invalidate('supervisor', IDS.usuario), 403, 'FORBIDDEN');
      expectProblem(await invalidate('usuario', IDS.admin), 403, 'FORBIDDEN');
      expectProblem(await api().post('/stats/invalidate/user/2'), 401, 'UNAUTHENTICATED');
    });
  });
});
