import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { availableParallelism } from 'node:os';
import { hashingTurns } from '../src/auth/credentials/password-hasher.js';
import { DEMO_PASSWORD, EMAILS, TestApi, type Answer } from './support/api.js';
import { expectProblem } from './support/expect-problem.js';
import { tryLogin, usuarioFields, type Tokens } from './support/new-usuario.js';
import { retryAfter } from './support/read-answer.js';

describe('rate limits', () => {
  let api: TestApi | undefined;
  const start = async (variables: Record<string, string>) =>
    (api = await TestApi.start('embedded', variables));
  beforeAll(() => start({ LOGIN_RATE_LIMIT: '3', RATE_LIMIT: '4' }));
  afterAll(() => api?.stop());

  it('a rate limit answers 429 with the time to wait, for logins apart from everything else', async () => {
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

describe('limits on routes that need no token', () => {
  let api: TestApi;
  beforeAll(async () => {
    const CORS_ORIGINS = 'https://app.example.org';
    api = await TestApi.start('embedded', { PUBLIC_RATE_LIMIT: '5', CORS_ORIGINS });
  });
  afterAll(() => api.stop());

  it('refresh, logout, the documentation and metrics share one limit, and probes have none', async () => {
    const refresh = { body: { refresh_token: 'x' } };
    const seen = [
      await api.post('/auth/refresh', refresh),
      await api.post('/auth/logout'),
      await api.get('//docs'),
      await api.get('//docs/swagger-ui.css'),
      await api.get('//docs-json'),
    ];
    expect(seen.map(({ status }) => status)).toEqual([401, 401, 200, 200, 200]);
    for (const [method, path] of [
      ['POST', '/auth/refresh'],
      ['POST', '/auth/logout'],
      ['GET', '//docs'],
      ['GET', '//docs/swagger-ui.css'],
      ['HEAD', '//docs-json'],
      ['GET', '//metrics'],
    ] as const) {
      expect(await api.call(method, path)).toMatchObject({ status: 429 });
    }
    expect(await api.get('//health/live')).toMatchObject({ status: 200 });
    expect(await api.get('//health/ready')).toMatchObject({ status: 200 });
    expect(await api.get('/auth/me', { as: 'usuario' })).toMatchObject({ status: 200 });
  });

  it('a limited request is refused with a problem that browsers of an allowed origin can read', async () => {
    const headers = { origin: 'https://app.example.org', 'content-type': 'application/json' };
    const answer = await api.post('/auth/refresh', { body: '{ this is no JSON', headers });
    expectProblem(answer, 429, 'RATE_LIMITED');
    expect(answer.headers.get('access-control-allow-origin')).toBe('https://app.example.org');
    const preflight = await api.call('OPTIONS', '/auth/refresh', {
      headers: { ...headers, 'access-control-request-method': 'POST' },
    });
    expect(preflight.status).toBe(204);
  });
});

describe('limits on requests that hash passwords', () => {
  it('limits on hashing count the network, and a usuario in all networks together, on every such route', async () => {
    const api = await TestApi.start('embedded', { LOGIN_RATE_LIMIT: '2', TRUST_PROXY: 'loopback' });
    try {
      const as = { token: await api.login('usuario') };
      const admin = { token: await api.login('admin') };
      let networks = 0;
      const statuses = async (
        times: number,
        send: (headers: Record<string, string>) => Promise<Answer>,
        oneNetwork = false,
      ) => {
        const seen: number[] = [];
        for (let at = 0; at < times; at += 1) {
          if (at === 0 || !oneNetwork) networks += 1;
          seen.push((await send({ 'x-forwarded-for': `192.0.2.${networks}` })).status);
        }
        return seen;
      };
      const body = { current_password: DEMO_PASSWORD };
      const confirm = (headers: Record<string, string>) =>
        api.patch('/usuarios/2', { as, body, headers });
      const weak = 'Password2026';
      const create = (headers: Record<string, string>) =>
        api.post('/usuarios', { as: admin, body: { ...usuarioFields(), password: weak }, headers });
      const reset = (headers: Record<string, string>) =>
        api.patch('/usuarios/3', { as: admin, body: { password: weak }, headers });
      const wrong = (headers: Record<string, string>) =>
        api.post('/auth/login', { body: { email: 'x@gad.local', password: 'x' }, headers });

      expect(await statuses(3, confirm, true)).toEqual([200, 200, 429]);
      expect(await statuses(3, create, true)).toEqual([400, 400, 429]);
      expect(await statuses(3, reset, true)).toEqual([400, 400, 429]);
      expect(await statuses(3, wrong, true)).toEqual([401, 401, 429]);
      // Four times as many for one usuario, or one e-mail.
      expect(await statuses(7, confirm)).toEqual([200, 200, 200, 200, 200, 200, 429]);
      expect(await statuses(3, create)).toEqual([400, 400, 400]);
      expect(await statuses(2, reset)).toEqual([400, 429]);
      expect(await statuses(7, wrong)).toEqual([401, 401, 401, 423, 423, 423, 429]);
      // What hashes nothing counts nowhere.
      const harmless = { as, body: { telefono: null } };
      expect(await api.patch('/usuarios/2', harmless)).toMatchObject({ status: 200 });
    } finally {
      await api.stop();
    }
  });

  it('limits on hashing answer 503 beyond a short queue, to hashing requests alone', async () => {
    const api = await TestApi.start('embedded', {});
    try {
      const token = await api.login('usuario');
      const flood = 33 * 4 * hashingTurns(availableParallelism());
      const logins = Array.from({ length: flood }, (_, at) =>
        tryLogin(api, `${at}@pruebas.gad.local`, 'wrong'),
      );
      const read = await api.get('/stats/user/2?days=30', { as: { token } });
      expect(read).toMatchObject({ status: 200 });
      const answers = await Promise.all(logins);
      const refused = answers.filter(({ status }) => status !== 401);
      expect(refused.length).toBeGreaterThan(0);
      for (const answer of refused) {
        expectProblem(answer, 503, 'HASHING_BUSY');
        expect(retryAfter(answer)).toBe(1);
      }
      expect(await tryLogin(api, EMAILS.usuario, DEMO_PASSWORD)).toMatchObject({ status: 200 });
    } finally {
      await api.stop();
    }
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

  it('the address that limits count by is the connection’s own, whatever the caller writes into X-Forwarded-For', async () => {
    await start({});
    expect(await logins(['192.0.2.1', '192.0.2.2', '192.0.2.3'])).toEqual([200, 200, 429]);
  });

  it('the address that limits count by is the one that a trusted proxy names, and not what the caller put before it', async () => {
    await start({ TRUST_PROXY: 'loopback, 10.0.0.0/8' });
    expect(await logins(['192.0.2.1', '192.0.2.1', '192.0.2.1'])).toEqual([200, 200, 429]);
    expect(await logins(['192.0.2.2', '192.0.2.2, 10.1.1.1'])).toEqual([200, 200]);
    expect(await logins(['1.1.1.1, 192.0.2.2', '8.8.8.8, 192.0.2.3'])).toEqual([429, 200]);
  });

  it('the address that limits count by is read in every spelling, IPv6 by its first 64 bits', async () => {
    await start({ TRUST_PROXY: 'loopback' });
    expect(await logins(['192.0.2.4:1001', '"192.0.2.4:1002"', '::ffff:192.0.2.4'])).toEqual([
      200, 200, 429,
    ]);
    expect(await logins(['[2001:db8::1]:1', '2001:db8::2%eth0', '2001:db8::ffff:3'])).toEqual([
      200, 200, 429,
    ]);
    expect(await logins(['junk', 'unknown', '192.0.2.999'])).toEqual([200, 200, 429]);
  });
});
