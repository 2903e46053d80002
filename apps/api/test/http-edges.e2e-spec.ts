import dns from 'node:dns';
import { rm } from 'node:fs/promises';
import { isIP, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createApp } from '../src/create-app.js';
import { TestApi } from './support/api.js';
import { temporaryFolder } from './support/data-folder.js';
import { expectProblem } from './support/expect-problem.js';
import { sendRaw } from './support/raw-http.js';

const ORIGIN = 'https://app.example.org';
const HOST = `Host: x\r\nOrigin: ${ORIGIN}\r\nConnection: close`;
const JSON_BODY = 'Content-Type: application/json\r\nTransfer-Encoding: chunked';

let api: TestApi;

beforeAll(async () => {
  api = await TestApi.start('embedded', {
    CORS_ORIGINS: 'https://spa.example.org,HTTPS://App.Example.org:443/',
  });
});
afterAll(() => api.stop());

/** What Node, the router and plugins refuse by themselves. */
const REFUSED: readonly (readonly [title: string, status: number, request: string])[] = [
  ['what is no HTTP', 400, `hello\r\n\r\n`],
  [
    'HTTP/1.1 without Host',
    400,
    `GET /health/live HTTP/1.1\r\nOrigin: ${ORIGIN}\r\nConnection: close\r\n\r\n`,
  ],
  ['HTTP/1.1 with two Hosts', 400, `GET /health/live HTTP/1.1\r\n${HOST}\r\nhOST: y\r\n\r\n`],
  ['a version that is none', 400, `GET / HTTP/1.2\r\n${HOST}\r\n\r\n`],
  ['the preface of HTTP/2', 400, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['a method that is none', 400, `FOO / HTTP/1.1\r\n${HOST}\r\n\r\n`],
  ['a method of others', 404, `PROPFIND / HTTP/1.1\r\n${HOST}\r\n\r\n`],
  ['TRACE', 404, `TRACE / HTTP/1.1\r\n${HOST}\r\n\r\n`],
  ['CONNECT', 405, `CONNECT x:443 HTTP/1.1\r\n${HOST}\r\n\r\n`],
  ['an unknown path by HTTP/1.0', 404, `GET /nada HTTP/1.0\r\nOrigin: ${ORIGIN}\r\n\r\n`],
  ['headers without end', 431, `GET / HTTP/1.1\r\n${HOST}\r\nX-Big: ${'a'.repeat(20_000)}\r\n\r\n`],
  [
    'a parameter without end',
    414,
    `GET /api/v1/tareas/${'1'.repeat(5_000)} HTTP/1.1\r\n${HOST}\r\n\r\n`,
  ],
  ['broken percent-encoding', 400, `GET /api/v1/tareas/%E0%A4%A HTTP/1.1\r\n${HOST}\r\n\r\n`],
  ['bytes in a URL', 400, `GET /h\u00e4 HTTP/1.1\r\n${HOST}\r\n\r\n`],
  ['a fragment', 400, `GET /health/live#x HTTP/1.1\r\n${HOST}\r\n\r\n`],
  ['a URL without a host', 400, `GET http:///health HTTP/1.1\r\n${HOST}\r\n\r\n`],
  ['a URL of another scheme', 404, `GET ftp://x/health HTTP/1.1\r\n${HOST}\r\n\r\n`],
  ['an expectation', 417, `POST / HTTP/1.1\r\n${HOST}\r\nExpect: tea\r\nContent-Length: 0\r\n\r\n`],
  [
    'an expectation before a body that cannot be read',
    417,
    `POST / HTTP/1.1\r\n${HOST}\r\nExpect: tea\r\nTransfer-Encoding: x\r\n\r\n`,
  ],
  ['a length that is none', 400, `POST / HTTP/1.1\r\n${HOST}\r\nContent-Length: x\r\n\r\n`],
  [
    'two lengths',
    400,
    `POST / HTTP/1.1\r\n${HOST}\r\nContent-Length: 2\r\n${JSON_BODY}\r\n\r\n0\r\n\r\n`,
  ],
  [
    'a broken chunk',
    400,
    `POST /api/v1/auth/login HTTP/1.1\r\n${HOST}\r\n${JSON_BODY}\r\n\r\nzz\r\n\r\n`,
  ],
  [
    'a body that is too large',
    413,
    `POST /api/v1/auth/login HTTP/1.1\r\n${HOST}\r\nContent-Type: application/json\r\nContent-Length: 999999\r\n\r\n`,
  ],
  [
    'a body without type',
    415,
    `POST /api/v1/auth/login HTTP/1.1\r\n${HOST}\r\nContent-Length: 2\r\n\r\n{}`,
  ],
];

describe('what is answered before any handler', () => {
  it.each(REFUSED)(
    '%s is %d, with an id, a problem and CORS headers',
    async (_, status, request) => {
      const answer = await sendRaw(api.url, request);
      const [head = '', body = ''] = answer.split(/\r\n\r\n/);
      expect(answer.match(/HTTP\/1\.1/g)).toHaveLength(1);
      expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${String(status)} `));
      const id = /^x-request-id: (\S+)$/im.exec(head)?.[1];
      expect(head).toMatch(/^content-type: application\/problem\+json/im);
      expect(head).toMatch(/^vary: .*origin/im);
      // The other origin is the first one; bytes that name none let that one read the answer.
      const origin = request.includes(ORIGIN) ? ORIGIN : 'https://spa.example.org';
      expect(head).toMatch(new RegExp(`^access-control-allow-origin: ${origin}\r?$`, 'im'));
      expect(JSON.parse(body)).toMatchObject({ status, request_id: id, code: expect.any(String) });
    },
  );

  it('OPTIONS, a preflight or not, has no body', async () => {
    for (const path of ['*', '/', '/api/v1/tareas', '/nada']) {
      for (const more of ['', 'Access-Control-Request-Method: PATCH\r\n']) {
        const answer = await sendRaw(api.url, `OPTIONS ${path} HTTP/1.1\r\n${HOST}\r\n${more}\r\n`);
        expect(answer).toMatch(/^HTTP\/1\.1 204 [^]*\r\n\r\n$/);
        expect(answer).toMatch(/^x-request-id: /im);
        expect(answer).toMatch(/^access-control-allow-origin: /im);
      }
    }
  });

  it('an upgrade is not taken, the request is answered', async () => {
    const upgrade = `Host: x\r\nConnection: Upgrade, close\r\nUpgrade: websocket`;
    const answer = await sendRaw(api.url, `GET /health/live HTTP/1.1\r\n${upgrade}\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 200 [^]*\{"status":"ok"\}$/);
  });
});

describe('a name with an address of IPv4 and one of IPv6', () => {
  const addresses = [
    { address: '127.0.0.1', family: 4 },
    { address: '::1', family: 6 },
  ];

  it('a name with an IPv4 and an IPv6 address is answered alike at every address that listens', async () => {
    const dataDir = await temporaryFolder();
    const named = await createApp({ NODE_ENV: 'test', LOG_LEVEL: 'silent', DATA_DIR: dataDir });
    const lookup = jest.spyOn(dns, 'lookup') as jest.Mock;
    // Node asks for one address, Fastify for all of them.
    lookup.mockImplementation((...given: unknown[]) => {
      const found = given.at(-1) as (...result: unknown[]) => void; // as its last argument
      const host = String(given[0]);
      if (given.length > 2) found(null, addresses);
      else if (host === 'localhost') found(null, '127.0.0.1', 4);
      else found(null, host, isIP(host));
    });
    try {
      await named.listen(0, 'localhost');
      const { port } = named.getHttpServer().address() as AddressInfo; // it listens on a port
      const answers = await Promise.all(
        ['127.0.0.1', '[::1]'].map((host) =>
          sendRaw(`http://${host}:${String(port)}`, 'no HTTP\r\n\r\n'),
        ),
      );
      // An address at which nothing listens gives no answer at all.
      const given = answers.filter((answer) => answer !== '');
      expect(given.length).toBeGreaterThan(0);
      for (const answer of given) {
        expect(answer).toMatch(
          /^HTTP\/1\.1 400 [^]*^x-request-id: [^]*"code":"MALFORMED_REQUEST"/m,
        );
      }
    } finally {
      lookup.mockRestore();
      await named.close();
      await rm(dataDir, { recursive: true, force: true });
    }
  });
});

describe('static files', () => {
  const file = '//docs/swagger-ui.css';

  it('static files answer validators and ranges', async () => {
    const { headers } = await api.get(file);
    const etag = headers.get('etag') ?? '';
    const modified = headers.get('last-modified') ?? '';
    // Over a socket of its own: fetch() asks for a fresh answer when it is given validators.
    const ask = async (sent: Record<string, string>) => {
      const lines = Object.entries(sent).map(([name, value]) => `${name}: ${value}\r\n`);
      const request = `GET ${file.slice(1)} HTTP/1.1\r\n${HOST}\r\n${lines.join('')}\r\n`;
      return Number((await sendRaw(api.url, request)).slice(9, 12));
    };
    expect(await ask({ 'if-none-match': etag })).toBe(304);
    expect(await ask({ 'if-modified-since': modified })).toBe(304);
    expect(await ask({ range: 'bytes=0-3' })).toBe(206);
    for (const refused of [
      { 'if-match': '"other"' },
      { 'if-unmodified-since': 'Mon, 01 Jan 1990 00:00:00 GMT' },
    ]) {
      expectProblem(await api.get(file, { headers: refused }), 412, 'PRECONDITION_FAILED');
    }
    const beyond = await api.get(file, { headers: { range: 'bytes=99999999-' } });
    expectProblem(beyond, 416, 'RANGE_NOT_SATISFIABLE');
    const { byteLength } = await (await fetch(`${api.url}/docs/swagger-ui.css`)).arrayBuffer();
    expect(beyond.headers.get('content-range')).toBe(`bytes */${String(byteLength)}`);
    for (const range of [
      'bytes=z',
      'bytes=5-1',
      'bytes=-',
      'lines=1-2',
      'bytes=0-1,3-4,9999999-',
    ]) {
      expect([200, 206, 416]).toContain(await ask({ range }));
    }
  });

  it.each([
    '%00',
    '%2e%2e/%2e%2e/package.json',
    '..%2f..%2fpackage.json',
    'a'.repeat(3_000),
    '.env',
  ])('static files are not found at %s', async (path) => {
    expectProblem(await api.get(`//docs/${path}`), 404, 'NOT_FOUND');
  });

  it('the YAML document is gone', async () => {
    expect((await api.get('//docs-json')).status).toBe(200);
    expectProblem(await api.get('//docs-yaml'), 404, 'NOT_FOUND');
  });
});

/** `%xx` for each of the words' characters, one at a time. */
function encodings(path: string): string[] {
  return [...path].flatMap((character, n) =>
    /[a-z-]/.test(character)
      ? [`${path.slice(0, n)}%${character.charCodeAt(0).toString(16)}${path.slice(n + 1)}`]
      : [],
  );
}

describe('percent-encoded words of a route', () => {
  it.each([
    ...['/tareas', '/tareas/1', '/usuarios/2', '/auth/me', '/stats/user/2', '/cache/keys'],
    ...['/cache/keys/none:1'],
  ])('GET %s is the same route or none', async (path) => {
    const plain = await api.get(path, { as: 'admin' });
    for (const encoded of encodings(path).slice(0, 40)) {
      const { status, body } = await api.get(encoded, { as: 'admin' });
      expect([plain.status, 404]).toContain(status);
      if (path === '/tareas/1') expect(body.id).toBe(1);
    }
    expect(await api.get('/tareas/%31', { as: 'admin' })).toMatchObject({ body: { id: 1 } });
  });

  it.each([
    ['/cache/invalidate/', 'a/cache/invalidate/b:%C3%B1'],
    ['/cache/invalidate-pattern/', 'a/cache/invalidate-pattern/%5Bxy%5D*'],
  ])('POST %s acts on the key that was meant', async (words, key) => {
    const meant = decodeURIComponent(key);
    for (const path of [words, ...encodings(words)]) {
      for (const target of [`/api/v1${path}${key}`, `${api.url}/api/v1${path}${key}`]) {
        const token = await api.login('admin');
        const answer = await sendRaw(
          api.url,
          `POST ${target} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
        );
        expect(answer).toMatch(/^HTTP\/1\.1 200 /);
        const body = JSON.parse(answer.split('\r\n\r\n')[1] ?? '') as Record<string, unknown>;
        expect(body['key'] ?? body['pattern']).toBe(meant);
      }
    }
    const slash = words.replace(/\/$/, '%2F');
    expectProblem(await api.post(`${slash}x`, { as: 'admin' }), 404, 'NOT_FOUND');
  });
});

describe('caches on the way', () => {
  it('caches on the way keep nothing personal, and ask again for statistics', async () => {
    const control = async (path: string) =>
      (await api.get(path, { as: 'admin' })).headers.get('cache-control');
    for (const path of [
      '/auth/me',
      '/tareas',
      '/tareas/1',
      '/usuarios',
      '/usuarios/2',
      '/cache/stats',
    ]) {
      expect({ path, control: await control(path) }).toEqual({
        path,
        control: 'private, no-store',
      });
    }
    expect(await control('/stats/user/2')).toBe('private, no-cache');
    const login = await api.post('/auth/login', {
      body: { email: 'usuario@gad.local', password: 'gad-demo' },
    });
    expect(login.headers.get('cache-control')).toBe('private, no-store');
  });
});

it('DOCS=off serves no documents', async () => {
  const shut = await TestApi.start('embedded', { DOCS: 'off' });
  try {
    for (const path of [
      '//docs',
      '//docs/',
      '//docs-json',
      '//docs-yaml',
      '//docs/swagger-ui.css',
    ]) {
      expectProblem(await shut.get(path), 404, 'NOT_FOUND');
    }
  } finally {
    await shut.stop();
  }
});
