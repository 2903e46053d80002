import { describe, expect, it } from '@jest/globals';
import { onEverySetup } from './support/api.js';
import { expectProblem } from './support/expect-problem.js';
import { sendRaw } from './support/raw-http.js';

onEverySetup('operations and the edges of HTTP', (api) => {
  describe('operations', () => {
    it('the API is live and ready', async () => {
      const servers = api().redisUrl !== undefined;
      expect(await api().get('//health/live')).toMatchObject({
        status: 200,
        body: { status: 'ok' },
      });
      expect(await api().get('//health/ready')).toMatchObject({
        status: 200,
        body: {
          status: 'ok',
          details: {
            database: { status: 'up', kind: servers ? 'postgres' : 'pglite' },
            cache: { status: 'up', store: servers ? 'redis' : 'memory' },
          },
        },
      });
    });

    it('the API exposes the guide’s Prometheus metrics', async () => {
      await api().get('/stats/user/2', { as: 'usuario' });
      const { status, headers, body } = await api().get('//metrics');
      expect(status).toBe(200);
      expect(headers.get('content-type')).toMatch(/^text\/plain/);
      for (const line of [
        /^# HELP cache_hit_rate Cache hit rate$/m,
        /^cache_hit_rate\{service="gad-api"\} [\d.]+$/m,
        /^cache_keys_total\{service="gad-api"\} [1-9]\d*$/m,
        /^cache_memory_bytes\{service="gad-api"\} [1-9]\d*$/m,
        /^cache_principals_total\{result="hit",service="gad-api"\} \d+$/m,
        /^cache_principals_total\{result="forged",service="gad-api"\} 0$/m,
        /^cache_principals_total\{result="outdated",service="gad-api"\} \d+$/m,
        /^http_request_duration_seconds_count\{.*route="\/api\/v1\/stats\/user\/:user_id".*\} \d+$/m,
      ]) {
        expect(body).toMatch(line);
      }
    });

    it('the API serves Swagger UI and its document, every route with its answers and errors', async () => {
      const ui = await api().get('//docs');
      expect(ui.status).toBe(200);
      expect(ui.body).toMatch(/swagger-ui/);
      const { status, body } = await api().get('//docs-json');
      expect(status).toBe(200);
      const operations = Object.entries(
        body.paths as Record<string, Record<string, Operation>>,
      ).flatMap(([path, methods]) =>
        Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
      );
      expect(operations.map(({ path, method }) => `${method} ${path}`).sort()).toEqual(ROUTES);
      for (const { path, method, operation } of operations) {
        const codes = Object.keys(operation.responses);
        const name = `${method} ${path}`;
        expect({ name, success: codes.some((code) => code.startsWith('2')) }).toEqual({
          name,
          success: true,
        });
        expect({ name, summary: operation.summary !== undefined }).toEqual({ name, summary: true });
        if (path.startsWith('/api/v1') && !/login|refresh/.test(path)) {
          expect({ name, codes }).toEqual({ name, codes: expect.arrayContaining(['401']) });
          expect(operation.security).toEqual([{ bearer: [] }]);
        }
      }
    });
  });

  describe('request ids', () => {
    it('a request id is kept when it is sane, and replaced otherwise', async () => {
      const idFor = async (sent: string) =>
        (await api().get('//health/live', { headers: { 'x-request-id': sent } })).headers.get(
          'x-request-id',
        );
      expect(await idFor('web-app.42_A')).toBe('web-app.42_A');
      for (const odd of ['', 'a b', 'x'.repeat(129), '<script>']) {
        expect(await idFor(odd)).toMatch(/^[0-9a-f-]{36}$/);
      }
    });
  });

  describe('what is refused before any handler runs', () => {
    it('an unknown route is refused before any handler runs', async () => {
      expectProblem(await api().get('/nada', { as: 'admin' }), 404, 'NOT_FOUND');
      expectProblem(await api().get('//nada'), 404, 'NOT_FOUND');
    });

    it('broken JSON, prototype poisoning, and a body that is no object are refused', async () => {
      for (const body of ['{"email":', '{"__proto__":{"a":1}}', 'null', '[]', '"text"']) {
        const answer = await api().post('/auth/login', { body });
        expect({ body, status: answer.status }).toEqual({ body, status: 400 });
        expectProblem(answer, 400, answer.body.code);
      }
      expect(({} as Record<string, unknown>)['a']).toBeUndefined();
    });

    it('a body that is too large is refused', async () => {
      const answer = await api().post('/auth/login', {
        body: { email: 'a'.repeat(200_000), password: 'x' },
      });
      expectProblem(answer, 413, 'PAYLOAD_TOO_LARGE');
    });

    it('a body of another media type is refused', async () => {
      const answer = await api().post('/auth/login', {
        body: '<a/>',
        headers: { 'content-type': 'application/xml' },
      });
      expectProblem(answer, 415, 'UNSUPPORTED_MEDIA_TYPE');
    });

    it('a URL with broken percent-encoding is refused', async () => {
      expectProblem(await api().get('/tareas/%E0%A4%A', { as: 'admin' }), 400, 'MALFORMED_REQUEST');
    });

    it('headers that are too large, and bytes that are no HTTP, are refused', async () => {
      const huge = await sendRaw(
        api().url,
        `GET /health/live HTTP/1.1\r\nHost: x\r\nX-Big: ${'a'.repeat(20_000)}\r\n\r\n`,
      );
      expect(huge).toMatch(/^HTTP\/1\.1 431 .*\r\n/);
      expect(huge).toMatch(/content-type: application\/problem\+json/);
      expect(huge).toMatch(/"code":"HEADERS_TOO_LARGE"/);
      expect(huge).toMatch(/x-request-id: [0-9a-f-]{36}/);
      const noise = await sendRaw(api().url, 'hello\r\n\r\n');
      expect(noise).toMatch(/^HTTP\/1\.1 400 [^]*"code":"MALFORMED_REQUEST"/);
    });
  });

  it('the API sends security headers, and CORS headers only where configured', async () => {
    const { headers } = await api().get('//health/live', {
      headers: { origin: 'https://evil.example' },
    });
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toMatch(/default-src 'self'/);
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });
});

interface Operation {
  summary?: string;
  security?: unknown;
  responses: Record<string, unknown>;
}

const ROUTES = [
  'delete /api/v1/cache/warming',
  'delete /api/v1/tareas/{id}',
  'delete /api/v1/usuarios/{id}',
  'get /api/v1/auth/me',
  'get /api/v1/cache/audit',
  'get /api/v1/cache/doctor',
  'get /api/v1/cache/explain/{key}',
  'get /api/v1/cache/fleet',
  'get /api/v1/cache/history',
  'get /api/v1/cache/hot',
  'get /api/v1/cache/journal',
  'get /api/v1/cache/keys',
  'get /api/v1/cache/keys/{key}',
  'get /api/v1/cache/namespaces',
  'get /api/v1/cache/overview',
  'get /api/v1/cache/stats',
  'get /api/v1/cache/tree',
  'get /api/v1/cache/warming',
  'get /api/v1/stats/user/{user_id}',
  'get /api/v1/tareas',
  'get /api/v1/tareas/{id}',
  'get /api/v1/usuarios',
  'get /api/v1/usuarios/{id}',
  'get /health/live',
  'get /health/ready',
  'get /metrics',
  'patch /api/v1/tareas/{id}',
  'patch /api/v1/usuarios/{id}',
  'post /api/v1/auth/login',
  'post /api/v1/auth/logout',
  'post /api/v1/auth/refresh',
  'post /api/v1/cache/clear',
  'post /api/v1/cache/freshness/probe',
  'post /api/v1/cache/invalidate-pattern/{pattern}',
  'post /api/v1/cache/invalidate/{key}',
  'post /api/v1/cache/warming',
  'post /api/v1/stats/invalidate/user/{user_id}',
  'post /api/v1/tareas',
  'post /api/v1/usuarios',
];
