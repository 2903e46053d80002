import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { DEMO_PASSWORD, EMAILS, TestApi } from './support/api.js';
import { expectProblem } from './support/expect-problem.js';
import { tryLogin, type Tokens } from './support/new-usuario.js';
import { retryAfter } from './support/read-answer.js';

describe('rate limits', () => {
  let api: TestApi | undefined;
  const start = async (variables: Record<string, string>) =>
    (api = await TestApi.start('embedded', variables));
  beforeAll(() => start({ LOGIN_RATE_LIMIT: '3', RATE_LIMIT: '4' }), 120_000);
  afterAll(() => api?.stop());

  it('answers 429 with the time to wait, for logins apart from everything else', async () => {
    if (!api) throw new Error('the API did not start');
    const logins = [];
    for (let i = 0; i < 5; i += 1) logins.push(await tryLogin(api, EMAILS.usuario, DEMO_PASSWORD));
    expect(logins.map(({ status }) => status)).toEqual([200, 200, 200, 429, 429]);
    for (const limited of logins.slice(3)) {
      expectProblem(limited, 429, 'RATE_LIMITED');
      expect(retryAfter(limited)).toBeGreaterThan(0);
      expect(retryAfter(limited)).toBeLessThanOrEqual(60);
    }
    const token = (logins[0]?.body as Tokens).access_token;
    const statuses = [];
    for (const path of [
      '/auth/me',
      '/usuarios/2',
      '/auth/me',
      '/auth/me',
      '/auth/me',
      '/usuarios/2',
    ]) {
      statuses.push((await api.get(path, { as: { token } })).status);
    }
    expect(statuses).toEqual([200, 200, 200, 200, 429, 429]);
  });
});

describe('the address that limits count by', () => {
  let api: TestApi | undefined;
  const start = async (variables: Record<string, string>) =>
    (api = await TestApi.start('embedded', { LOGIN_RATE_LIMIT: '2', ...variables }));
  afterEach(() => api?.stop());

  /** The statuses of logins that claim to come from these addresses. */
  async function logins(forwardedFor: readonly string[]): Promise<number[]> {
    const body = { email: EMAILS.usuario, password: DEMO_PASSWORD };
    const statuses = [];
    for (const header of forwardedFor) {
      const headers = { 'x-forwarded-for': header };
      statuses.push((await api?.post('/auth/login', { body, headers }))?.status ?? 0);
    }
    return statuses;
  }

  it('is the connection’s own, whatever the caller writes into X-Forwarded-For', async () => {
    await start({});
    expect(await logins(['192.0.2.1', '192.0.2.2', '192.0.2.3'])).toEqual([200, 200, 429]);
  }, 120_000);

  it('is the one that a trusted proxy names, and not what the caller put before it', async () => {
    await start({ TRUST_PROXY: 'loopback, 10.0.0.0/8' });
    expect(await logins(['192.0.2.1', '192.0.2.1', '192.0.2.1'])).toEqual([200, 200, 429]);
    expect(await logins(['192.0.2.2', '192.0.2.2, 10.1.1.1'])).toEqual([200, 200]);
    expect(await logins(['1.1.1.1, 192.0.2.2', '8.8.8.8, 192.0.2.3'])).toEqual([429, 200]);
  }, 120_000);
});
