import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startNginx } from '../../../test/servers/nginx-server.js';
import type { TestServer } from '../../../test/servers/test-server.js';
import { DEMO_PASSWORD, EMAILS, TestApi } from './support/api.js';

/** As in README.md: nginx takes the prefix off, and says which. */
const location = (url: string) => `
  location /gad/ {
    proxy_pass ${url}/;
    proxy_set_header Host $http_host;
    proxy_set_header X-Forwarded-For $remote_addr;
    proxy_set_header X-Forwarded-Prefix /gad;
  }
`;

interface Document {
  readonly servers: readonly { readonly url: string }[];
  readonly paths: Readonly<Record<string, unknown>>;
}

let api: TestApi;
let nginx: TestServer;
/** Where a browser is. */
let base: string;
beforeAll(async () => {
  api = await TestApi.start('embedded', { TRUST_PROXY: 'loopback' });
  nginx = await startNginx({ server: location(api.url) });
  base = `${nginx.url}/gad`;
});
afterAll(async () => {
  await nginx.stop();
  await api.stop();
});

/** What a browser asks for: a URL that a page names, relative to that page. */
const from = async (page: string, url: string) => {
  const response = await fetch(new URL(url, page));
  return { status: response.status, url: response.url, text: await response.text() };
};

describe('behind nginx with a path prefix', () => {
  it.each(['/docs', '/docs/'])(
    'Swagger UI at %s finds its files and the document',
    async (path) => {
      const page = await from(base, `${base}${path}`);
      expect(page).toMatchObject({ status: 200, url: `${base}/docs` });
      const files = [...page.text.matchAll(/(?:src|href)=["']([^"']+\.(?:js|css|png))["']/g)];
      expect(files.length).toBeGreaterThan(3);
      for (const [, file = ''] of files) {
        expect({ file, ...(await from(page.url, file)) }).toMatchObject({ status: 200 });
      }
      const script = await from(page.url, './docs/swagger-ui-init.js');
      const spec = /"url": "([^"]+)"/.exec(script.text)?.[1] ?? '';
      const document = await from(page.url, spec);
      expect(document).toMatchObject({ status: 200, url: `${base}/docs-json` });
      expect(document.text).toMatch(/^\{"servers":\[\{"url":"\/gad"\}\],"openapi":"3/);
    },
  );

  it('try-it-out reaches the routes: log in, read, and get each error as a problem', async () => {
    const { text } = await from(base, `${base}/docs-json`);
    const { servers, paths } = JSON.parse(text) as Document;
    // As Swagger UI puts a request together: the server, relative to the document, then the path.
    const server = new URL(servers[0]?.url ?? '', `${base}/docs-json`).href;
    const call = async (path: string, init?: RequestInit) => {
      expect(Object.keys(paths)).toContain(path);
      const response = await fetch(server + path.replace(/\{.*?\}/, '999999'), init);
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    };
    const login = await call('/api/v1/auth/login', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: EMAILS.admin, password: DEMO_PASSWORD }),
    });
    expect(login.status).toBe(200);
    const headers = { authorization: `Bearer ${String(login.body['access_token'])}` };
    expect((await call('/api/v1/auth/me', { headers })).status).toBe(200);
    expect(await call('/api/v1/tareas/{id}', { headers })).toMatchObject({
      status: 404,
      body: { type: 'urn:gad:problem:tarea-not-found' },
    });
  });

  it('behind nginx with a path prefix names what the proxy names, and nothing that is no prefix', async () => {
    const servers = async (prefix: string | undefined): Promise<unknown> => {
      const headers = prefix === undefined ? {} : { 'x-forwarded-prefix': prefix };
      return (await api.get('//docs-json', { headers })).body.servers;
    };
    expect(await servers(undefined)).toEqual([{ url: '/' }]);
    expect(await servers('/a/b/')).toEqual([{ url: '/a/b' }]);
    for (const odd of [
      'gad',
      '//evil.example',
      '/a//b',
      '/a?b',
      'https://evil.example',
      '/<x>',
      '/',
    ]) {
      expect({ odd, servers: await servers(odd) }).toEqual({ odd, servers: [{ url: '/' }] });
    }
  });
});

describe('PUBLIC_URL', () => {
  it('PUBLIC_URL goes before what a proxy says', async () => {
    const own = await TestApi.start('embedded', { PUBLIC_URL: 'https://gad.example.org/gad/' });
    try {
      const headers = { 'x-forwarded-prefix': '/other' };
      const { body } = await own.get('//docs-json', { headers });
      expect(body.servers).toEqual([{ url: 'https://gad.example.org/gad' }]);
    } finally {
      await own.stop();
    }
  });
});
