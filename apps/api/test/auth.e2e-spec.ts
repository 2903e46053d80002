import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eq, sql } from 'drizzle-orm';
import { CredentialsRepository } from '../src/auth/credentials.repository.js';
import { JwtKey } from '../src/auth/jwt-key.js';
import { Database } from '../src/database/database.js';
import { refreshTokens, sesiones, usuarios } from '../src/database/schema.js';
import { EMAILS, DEMO_PASSWORD, onEverySetup, TestApi, type Answer } from './support/api.js';
import { expectProblem } from './support/expect-problem.js';
import { forgedTokens, genuine } from './support/forged-tokens.js';
import { login, meStatus, newUsuario, tryLogin, type Tokens } from './support/new-usuario.js';

/** What the API answered, before anything is known about the body. */
type Seen = Omit<Answer, 'body'> & { readonly body: unknown };

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const WRONG = 'not the password';

onEverySetup('auth', (api) => {
  const db = () => api().app.get(Database, { strict: false }).db;
  const times = <T>(count: number, call: () => Promise<T>) =>
    Promise.all(Array.from({ length: count }, call));
  const refresh = (token: string) =>
    api().post('/auth/refresh', { body: { refresh_token: token } });

  describe('POST /auth/login', () => {
    it('answers with a bearer token that says who and which login, and an opaque refresh token', async () => {
      const { status, headers, body } = (await tryLogin(
        api(),
        EMAILS.usuario,
        DEMO_PASSWORD,
      )) as Seen;
      expect(status).toBe(200);
      expect(headers.get('cache-control')).toBe('no-store');
      expect(body).toEqual({
        access_token: expect.any(String),
        token_type: 'Bearer',
        expires_in: 900,
        refresh_token: expect.stringMatching(/^[\w-]{43}$/),
      });
      const { header, claims } = decode((body as Tokens).access_token);
      expect(header).toEqual({ alg: 'HS256', typ: 'at+jwt' });
      expect(claims).toEqual({
        iss: 'gad-api',
        aud: 'gad',
        sub: '2',
        sid: expect.stringMatching(UUID),
        jti: expect.stringMatching(UUID),
        iat: expect.any(Number),
        exp: Number(claims['iat']) + 900,
      });
    });

    it('takes the e-mail in any case and with blanks around it', async () => {
      expect(await tryLogin(api(), '  USUARIO@Gad.Local ', DEMO_PASSWORD)).toMatchObject({
        status: 200,
      });
    });

    it('answers an unknown e-mail exactly like a wrong password', async () => {
      const { email } = await newUsuario(api());
      const known = await tryLogin(api(), email, WRONG);
      const unknown = await tryLogin(api(), `nobody-${email}`, WRONG);
      expectProblem(known, 401, 'INVALID_CREDENTIALS');
      expect(known.headers.get('www-authenticate')).toMatch(/^Bearer/);
      expect(withoutRequestId(unknown.body)).toEqual(withoutRequestId(known.body));
    });

    it.each([
      ['no body', undefined, ''],
      ['no password', { email: 'a@gad.local' }, 'password'],
      ['no e-mail', { password: 'x' }, 'email'],
      ['an e-mail that is none', { email: 'a', password: 'x' }, 'email'],
      ['an empty password', { email: 'a@gad.local', password: '' }, 'password'],
      ['a password without end', { email: 'a@gad.local', password: 'x'.repeat(129) }, 'password'],
      ['a list for a password', { email: 'a@gad.local', password: ['x'] }, 'password'],
      ['an object for an e-mail', { email: { $ne: '' }, password: 'x' }, 'email'],
      ['a name that is not known', { email: 'a@gad.local', password: 'x', rol: 'admin' }, 'rol'],
    ])('refuses %s', async (_, body, field) => {
      const answer = await api().post('/auth/login', { body });
      expectProblem(answer, 400, 'VALIDATION_FAILED');
      if (body) expect(fieldsOf(answer.body)).toContain(field);
    });
  });

  describe('the lockout', () => {
    it('locks after five wrong passwords in a row, for a good one like for a bad one', async () => {
      const usuario = await newUsuario(api());
      for (let i = 0; i < 5; i += 1) {
        expectProblem(await tryLogin(api(), usuario.email, WRONG), 401, 'INVALID_CREDENTIALS');
      }
      const good = await tryLogin(api(), usuario.email, usuario.password);
      const bad = await tryLogin(api(), usuario.email, WRONG);
      expectProblem(good, 423, 'ACCOUNT_LOCKED');
      expect(withoutRequestId(bad.body)).toEqual(withoutRequestId(good.body));
      expect(retryAfter(good)).toBeGreaterThan(880);
      expect(retryAfter(good)).toBeLessThanOrEqual(900);
    });

    it('treats an e-mail that nobody has in the same way', async () => {
      const email = 'nobody-at-all@pruebas.gad.local';
      for (let i = 0; i < 5; i += 1) {
        expectProblem(await tryLogin(api(), email, WRONG), 401, 'INVALID_CREDENTIALS');
      }
      const locked = await tryLogin(api(), email, WRONG);
      expectProblem(locked, 423, 'ACCOUNT_LOCKED');
      expect(retryAfter(locked)).toBeGreaterThan(880);
      expect(retryAfter(locked)).toBeLessThanOrEqual(900);
    });

    it('counts wrong passwords in a row only', async () => {
      const usuario = await newUsuario(api());
      for (let round = 0; round < 2; round += 1) {
        for (let i = 0; i < 4; i += 1) await tryLogin(api(), usuario.email, WRONG);
        await login(api(), usuario);
      }
    });

    it('ends by itself, and then gives five more', async () => {
      const usuario = await newUsuario(api());
      for (let i = 0; i < 5; i += 1) await tryLogin(api(), usuario.email, WRONG);
      await db()
        .update(usuarios)
        .set({ lockedUntil: sql`now() - interval '1 second'` })
        .where(eq(usuarios.id, usuario.id));
      for (let i = 0; i < 4; i += 1) {
        expectProblem(await tryLogin(api(), usuario.email, WRONG), 401, 'INVALID_CREDENTIALS');
      }
      await login(api(), usuario);
    });

    it('answers five of many simultaneous guesses and no more', async () => {
      const usuario = await newUsuario(api());
      const answers = await times(12, () => tryLogin(api(), usuario.email, WRONG));
      const statuses = answers.map(({ status }) => status).sort();
      expect(statuses).toEqual([...Array<number>(5).fill(401), ...Array<number>(7).fill(423)]);
    });

    it('counts a password as wrong that was found right before a lock, a deletion or a change', async () => {
      const credentials = api().app.get(CredentialsRepository, { strict: false });
      const meanwhile = {
        'nothing happened': () => Promise.resolve(),
        'it was locked': async (id: number) => {
          for (let i = 0; i < 5; i += 1) await credentials.recordFailure(id);
        },
        'it was deleted': (id: number) => api().delete(`/usuarios/${id}`, { as: 'admin' }),
        'the password changed': (id: number) =>
          api().patch(`/usuarios/${id}`, { as: 'admin', body: { password: 'otra tormenta' } }),
      };
      const accepted: Record<string, boolean> = {};
      for (const [what, happen] of Object.entries(meanwhile)) {
        const { email, id } = await newUsuario(api());
        const found = await credentials.findByEmail(email);
        if (!found) throw new Error('just created');
        await happen(id);
        accepted[what] = await credentials.recordSuccess(db(), found);
      }
      expect(accepted).toEqual({
        'nothing happened': true,
        'it was locked': false,
        'it was deleted': false,
        'the password changed': false,
      });
    });

    it('is not set off by simultaneous logins with the right password', async () => {
      const usuario = await newUsuario(api());
      const answers = await times(8, () => tryLogin(api(), usuario.email, usuario.password));
      expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200));
    });

    it('leaves open sesiones open', async () => {
      const usuario = await newUsuario(api());
      const { access_token, refresh_token } = await login(api(), usuario);
      for (let i = 0; i < 5; i += 1) await tryLogin(api(), usuario.email, WRONG);
      expect(await meStatus(api(), access_token)).toBe(200);
      expect(await refresh(refresh_token)).toMatchObject({ status: 200 });
    });
  });

  describe('POST /auth/refresh', () => {
    it('rotates: new tokens of the same sesion', async () => {
      const first = await login(api(), await newUsuario(api()));
      const { status, headers, body } = (await refresh(first.refresh_token)) as Seen;
      expect(status).toBe(200);
      expect(headers.get('cache-control')).toBe('no-store');
      expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 900 });
      const second = body as Tokens;
      expect(second.refresh_token).not.toBe(first.refresh_token);
      const sid = (tokens: Tokens) => decode(tokens.access_token).claims['sid'];
      expect(sid(second)).toBe(sid(first));
      expect(await meStatus(api(), second.access_token)).toBe(200);
      expect(await refresh(second.refresh_token)).toMatchObject({ status: 200 });
    });

    it('ends the whole sesion when a used token comes back, and no other sesion', async () => {
      const usuario = await newUsuario(api());
      const other = await login(api(), usuario);
      const first = await login(api(), usuario);
      const second = (await refresh(first.refresh_token)).body as Tokens;
      const third = (await refresh(second.refresh_token)).body as Tokens;

      expectProblem(await refresh(first.refresh_token), 401, 'REFRESH_TOKEN_INVALID');

      expectProblem(await refresh(third.refresh_token), 401, 'REFRESH_TOKEN_INVALID');
      for (const { access_token } of [first, second, third]) {
        expect(await meStatus(api(), access_token)).toBe(401);
      }
      expect(await meStatus(api(), other.access_token)).toBe(200);
      expect(await refresh(other.refresh_token)).toMatchObject({ status: 200 });
    });

    it('lets exactly one of many simultaneous refreshes win, and takes the rest for reuse', async () => {
      const first = await login(api(), await newUsuario(api()));
      const answers = await times(8, () => refresh(first.refresh_token));
      const won = answers.filter(({ status }) => status === 200);
      expect(won).toHaveLength(1);
      for (const lost of answers.filter(({ status }) => status !== 200)) {
        expectProblem(lost, 401, 'REFRESH_TOKEN_INVALID');
      }
      const second = won[0]?.body as Tokens;
      expect(await meStatus(api(), second.access_token)).toBe(401);
      expectProblem(await refresh(second.refresh_token), 401, 'REFRESH_TOKEN_INVALID');
    });

    it.each(['x', 'A'.repeat(43), "' or 1=1 --", '\u0000'])(
      'refuses a token that it never gave: %j',
      async (token) => {
        expectProblem(await refresh(token), 401, 'REFRESH_TOKEN_INVALID');
      },
    );

    it('refuses an access token', async () => {
      const { access_token } = await login(api(), await newUsuario(api()));
      expectProblem(await refresh(access_token), 401, 'REFRESH_TOKEN_INVALID');
    });

    it.each([{}, { refresh_token: '' }, { refresh_token: 7 }, { refresh_token: 'x', more: 1 }])(
      'refuses the body %j',
      async (body) => {
        expectProblem(await api().post('/auth/refresh', { body }), 400, 'VALIDATION_FAILED');
      },
    );

    it('refuses a token past its end, and an access token of a sesion past its end', async () => {
      const usuario = await newUsuario(api());
      const { access_token, refresh_token } = await login(api(), usuario);
      const ended = { expiresAt: sql`now() - interval '1 second'` };
      await db().update(sesiones).set(ended).where(eq(sesiones.usuarioId, usuario.id));
      expect(await meStatus(api(), access_token)).toBe(401);
      expectProblem(await refresh(refresh_token), 401, 'REFRESH_TOKEN_INVALID');

      const later = await login(api(), usuario);
      const sid = String(decode(later.access_token).claims['sid']);
      await db().update(refreshTokens).set(ended).where(eq(refreshTokens.sesionId, sid));
      expectProblem(await refresh(later.refresh_token), 401, 'REFRESH_TOKEN_INVALID');
      expect(await meStatus(api(), later.access_token)).toBe(200);
    });

    it('keeps no refresh token in the database, only hashes, and drops those past their end', async () => {
      const usuario = await newUsuario(api());
      const first = await login(api(), usuario);
      const second = (await refresh(first.refresh_token)).body as Tokens;
      const sid = String(decode(first.access_token).claims['sid']);
      const kept = await db().select().from(refreshTokens).where(eq(refreshTokens.sesionId, sid));
      expect(kept.map(({ hash }) => hash)).toEqual(
        Array(2).fill(expect.stringMatching(/^[0-9a-f]{64}$/)),
      );
      expect(JSON.stringify(kept)).not.toContain(first.refresh_token);

      await db()
        .update(refreshTokens)
        .set({ expiresAt: sql`now() - interval '1 second'` })
        .where(sql`${refreshTokens.sesionId} = ${sid} and ${refreshTokens.usedAt} is not null`);
      await refresh(second.refresh_token);
      expect(
        await db().select().from(refreshTokens).where(eq(refreshTokens.sesionId, sid)),
      ).toHaveLength(2);
    });
  });

  describe('POST /auth/logout', () => {
    it('ends the sesion at once, and no other', async () => {
      const usuario = await newUsuario(api());
      const here = await login(api(), usuario);
      const there = await login(api(), usuario);
      const answer = await api().post('/auth/logout', {
        as: { token: here.access_token },
        headers: { 'content-type': 'application/json' },
      });
      expect(answer).toMatchObject({ status: 200, body: { revoked: true } });
      expect(await meStatus(api(), here.access_token)).toBe(401);
      expectProblem(await refresh(here.refresh_token), 401, 'REFRESH_TOKEN_INVALID');
      expect(await meStatus(api(), there.access_token)).toBe(200);
    });

    it('needs a token', async () => {
      expectProblem(await api().post('/auth/logout'), 401, 'UNAUTHENTICATED');
    });
  });

  describe('GET /auth/me', () => {
    it('says who the token belongs to', async () => {
      const { status, headers, body } = (await api().get('/auth/me', { as: 'supervisor' })) as Seen;
      expect(status).toBe(200);
      expect(headers.get('cache-control')).toBe('no-store');
      expect(body).toEqual({
        id: 3,
        email: EMAILS.supervisor,
        nombre: expect.any(String),
        apellido: expect.any(String),
        rol: 'supervisor',
      });
    });

    it('takes the scheme in any case', async () => {
      const token = await api().login('usuario');
      const headers = { authorization: `bearer ${token}` };
      expect(await api().get('/auth/me', { headers })).toMatchObject({ status: 200 });
    });

    it.each([
      '',
      'Bearer',
      'Bearer ',
      'Bearer x',
      'Bearer a.b.c',
      'Basic YWRtaW46YWRtaW4=',
      'Bearer a b',
    ])('refuses the header %j', async (authorization) => {
      const answer = await api().get('/auth/me', { headers: { authorization } });
      expectProblem(answer, 401, 'UNAUTHENTICATED');
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
    });

    it('takes a token from the header only', async () => {
      const token = await api().login('admin');
      expect(await api().get(`/auth/me?access_token=${token}`)).toMatchObject({ status: 401 });
      expect(await api().get('/auth/me', { headers: { cookie: `jwt=${token}` } })).toMatchObject({
        status: 401,
      });
    });
  });

  describe('a forged token', () => {
    it('is refused, whatever is wrong with it', async () => {
      const usuario = await newUsuario(api());
      const tokens = await login(api(), usuario);
      const key = api().app.get(JwtKey, { strict: false }).value;
      const { claims } = decode(tokens.access_token);
      // The control: what is refused below is refused for the one thing that is different.
      expect(await meStatus(api(), genuine(key, claims))).toBe(200);
      const forged = forgedTokens(key, claims);
      const answers = await Promise.all(
        Object.entries(forged).map(async ([flaw, token]) => {
          const { status, body } = (await api().get('/auth/me', { as: { token } })) as Seen;
          return [flaw, status, (body as { code: string }).code];
        }),
      );
      expect(answers).toEqual(Object.keys(forged).map((flaw) => [flaw, 401, 'UNAUTHENTICATED']));
    });

    it('is refused when it is a refresh token', async () => {
      const { refresh_token } = await login(api(), await newUsuario(api()));
      expect(await meStatus(api(), refresh_token)).toBe(401);
    });
  });

  describe('what a token opens follows the usuario at once', () => {
    it('a new role, in both directions', async () => {
      const usuario = await newUsuario(api());
      const { access_token: token } = await login(api(), usuario);
      const list = async () => (await api().get('/usuarios', { as: { token } })).status;
      const become = (rol: string) =>
        api().patch(`/usuarios/${usuario.id}`, { as: 'admin', body: { rol } });
      expect(await list()).toBe(403);
      await become('admin');
      expect(await list()).toBe(200);
      await become('supervisor');
      expect(await list()).toBe(403);
      expect((await api().get('/auth/me', { as: { token } })).body).toMatchObject({
        rol: 'supervisor',
      });
    });

    it('a deletion', async () => {
      const usuario = await newUsuario(api());
      const { access_token, refresh_token } = await login(api(), usuario);
      expect(await api().delete(`/usuarios/${usuario.id}`, { as: 'admin' })).toMatchObject({
        status: 204,
      });
      expect(await meStatus(api(), access_token)).toBe(401);
      expectProblem(await refresh(refresh_token), 401, 'REFRESH_TOKEN_INVALID');
      expectProblem(
        await tryLogin(api(), usuario.email, usuario.password),
        401,
        'INVALID_CREDENTIALS',
      );
    });
  });
});

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

function decode(token: string): { header: unknown; claims: Record<string, unknown> } {
  const [header, claims] = token
    .split('.')
    .slice(0, 2)
    .map((part): unknown => JSON.parse(Buffer.from(part, 'base64url').toString()));
  return { header, claims: claims as Record<string, unknown> };
}

const withoutRequestId = (body: unknown): unknown => ({
  ...(body as object),
  request_id: undefined,
});
const retryAfter = (answer: { headers: Headers }) => Number(answer.headers.get('retry-after'));
const fieldsOf = (body: unknown) =>
  (body as { errors: { field: string }[] }).errors.map(({ field }) => field);
