import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestApi } from './support/api.js';
import { sendRaw } from './support/raw-http.js';

let api: TestApi;

beforeAll(async () => {
  api = await TestApi.start('embedded');
});
afterAll(() => api.stop());

describe('requests that were sent at once, the last of which cannot be read', () => {
  it('each before it has its own answer', async () => {
    const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;
    for (const paths of [['/health/live'], ['/health/ready', '/nada', '/health/live']]) {
      const answer = await sendRaw(api.url, `${paths.map(get).join('')}no request\r\n\r\n`);
      const statuses = paths.map((path) => (path === '/nada' ? '404' : '200'));
      const seen = [...answer.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status);
      expect(seen).toEqual([...statuses, '400']);
    }
  });
});

describe('a GET with a body of another type than JSON', () => {
  it.each([
    ['text', 'Content-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}'],
    ['chunks without type', 'Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n'],
  ])('%s is 415', async (_, rest) => {
    const head = 'GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n';
    const answer = await sendRaw(api.url, head + rest);
    expect(answer).toMatch(/^HTTP\/1\.1 415 [^]*"code":"UNSUPPORTED_MEDIA_TYPE"/);
  });
});
