import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestApi } from '../../api/test/support/api.js';
import { expectProblem } from '../../api/test/support/expect-problem.js';

const POLICY =
  "default-src 'none';script-src 'self';style-src 'self';img-src 'self';font-src 'self';" +
  "connect-src 'self';base-uri 'none';form-action 'self';frame-ancestors 'none';" +
  "require-trusted-types-for 'script'";

let api: TestApi;
beforeAll(async () => {
  api = await TestApi.start('embedded');
});
afterAll(() => api.stop());

/** The files that the page names. */
async function files(): Promise<string[]> {
  const { body } = await api.get('//console/');
  return [...String(body).matchAll(/(?:src|href)="\.\/([^"]+)"/g)].map(([, file = '']) => file);
}

describe('the console is served by the API', () => {
  it('the console without its slash leads to the one with it', async () => {
    const response = await fetch(`${api.url}/console`, { redirect: 'manual' });
    expect(response.status).toBe(302);
    expect(new URL(response.headers.get('location') ?? '', response.url).pathname).toBe(
      '/console/',
    );
  });

  it('the page of the console is asked for each time and runs nothing but its own files', async () => {
    const { status, headers, body } = await api.get('//console/');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(headers.get('cache-control')).toBe('no-cache');
    expect(headers.get('content-security-policy')).toBe(POLICY);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(body).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\sstyle=|https?:\/\//);
  });

  it('the files of the console are kept for good and travel compressed', async () => {
    const named = await files();
    expect(named.length).toBeGreaterThanOrEqual(3);
    for (const file of named) {
      const response = await fetch(`${api.url}/console/${file}`, {
        headers: { 'accept-encoding': 'br' },
      });
      const { status, headers } = response;
      // A response that is not read holds its connection, and a server that closes waits for it.
      expect((await response.arrayBuffer()).byteLength).toBeGreaterThan(0);
      expect({ file, status }).toEqual({ file, status: 200 });
      expect(headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
      expect(headers.get('content-security-policy')).toBe(POLICY);
      expect(headers.get('content-encoding')).toBe('br');
      expect(headers.get('vary')).toMatch(/accept-encoding/i);
    }
  });

  it.each(['nothing', 'assets/nothing.js', '%2e%2e/%2e%2e/package.json', '.env'])(
    'what the console does not have is a problem: %s',
    async (path) => {
      expectProblem(await api.get(`//console/${path}`), 404, 'NOT_FOUND');
    },
  );

  it('CONSOLE=false serves no console', async () => {
    const shut = await TestApi.start('embedded', { CONSOLE: 'false' });
    try {
      for (const path of ['//console', '//console/']) {
        expectProblem(await shut.get(path), 404, 'NOT_FOUND');
      }
    } finally {
      await shut.stop();
    }
  });
});
