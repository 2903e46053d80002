import { describe, expect, it } from '@jest/globals';
import { JwtKey } from '../src/auth/tokens/jwt-key.js';
import { DEMO_PASSWORD, EMAILS, onEveryDatabaseSetup } from './support/api.js';
import { expectProblem } from './support/expect-problem.js';
import { forgedTokens, genuine } from './support/forged-tokens.js';
import { login, meStatus, newUsuario, tryLogin, type Tokens } from './support/new-usuario.js';
import {
  decodeJwt,
  errorFields,
  UUID,
  withoutRequestId,
  type Seen,
} from './support/read-answer.js';

const WRONG = 'not the password';

onEveryDatabaseSetup('auth', (api) => {
  const refresh = (token: string) =>
    api().post('/auth/refresh', { body: { refresh_token: token } });

  describe('POST /auth/login', () => {
    it('POST /auth/login answers with a bearer token of usuario and login, and an opaque refresh token', async () => {
      const { status, headers, body } = (await tryLogin(
        api(),
        EMAILS.usuario,
        DEMO_PASSWORD,
      )) as Seen;
      expect(status).toBe(200);
      expect(headers.get('cache-control')).toBe('private, no-store');
      expect(body).toEqual({
        access_token: expect.any(String),
        token_type: 'Bearer',
        expires_in: 900,
        refresh_token: expect.stringMatching(/^[\w-]{43}$/),
      });
      const { header, claims } = decodeJwt((body as Tokens).access_token);
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

    it('POST /auth/login takes the e-mail in any case and with blanks around it', async () => {
      expect(await tryLogin(api(), '  USUARIO@Gad.Local ', DEMO_PASSWORD)).toMatchObject({
        status: 200,
      });
    });

    it('POST /auth/login answers an unknown e-mail exactly like a wrong password', async () => {
      const { email } = await newUsuario(api());
      const known = await tryLogin(api(), email, WRONG);
      const unknown = await tryLogin(api(), `unknown-${email}`, WRONG);
      expectProblem(known, 401, 'INVALID_CREDENTIALS');
      expect(known.headers.get('www-authenticate')).toMatch(/^Bearer/);
      expect(withoutRequestId(unknown)).toEqual(withoutRequestId(known));
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
    ])('POST /auth/login refuses %s', async (_, body, field) => {
      const answer = await api().post('/auth/login', { body });
      expectProblem(answer, 400, 'VALIDATION_FAILED');
      if (body) expect(errorFields(answer)).toContain(field);
    });
  });

  describe('POST /auth/logout', () => {
    it('POST /auth/logout ends the sesion at once, and no other', async () => {
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

    it('POST /auth/logout needs a token', async () => {
      expectProblem(await api().post('/auth/logout'), 401, 'UNAUTHENTICATED');
    });
  });

  describe('GET /auth/me', () => {
    it('GET /auth/me names the usuario of the token', async () => {
      const { status, headers, body } = (await api().get('/auth/me', { as: 'supervisor' })) as Seen;
      expect(status).toBe(200);
      expect(headers.get('cache-control')).toBe('private, no-store');
      expect(body).toEqual({
        id: 3,
        email: EMAILS.supervisor,
        nombre: expect.any(String),
        apellido: expect.any(String),
        rol: 'supervisor',
      });
    });

    it('GET /auth/me takes the scheme in any case', async () => {
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
    ])('GET /auth/me refuses the header %j', async (authorization) => {
      const answer = await api().get('/auth/me', { headers: { authorization } });
      expectProblem(answer, 401, 'UNAUTHENTICATED');
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
    });

    it('GET /auth/me takes a token from the header only', async () => {
      const token = await api().login('admin');
      expect(await api().get(`/auth/me?access_token=${token}`)).toMatchObject({ status: 401 });
      expect(await api().get('/auth/me', { headers: { cookie: `jwt=${token}` } })).toMatchObject({
        status: 401,
      });
    });
  });

  describe('a forged token', () => {
    it('a forged token is refused, whatever is wrong with it', async () => {
      const usuario = await newUsuario(api());
      const tokens = await login(api(), usuario);
      const key = api().app.get(JwtKey, { strict: false }).value;
      const { claims } = decodeJwt(tokens.access_token);
      // The control: what is refused below is refused for the one thing that is different.
      expect(await meStatus(api(), genuine(key, claims))).toBe(200);
      const now = Math.floor(Date.now() / 1000);
      const otherClock = { ...claims, iat: now + 3_600, nbf: now + 30, exp: now - 30 };
      expect(await meStatus(api(), genuine(key, otherClock))).toBe(200);
      const forged = forgedTokens(key, claims);
      const answers = await Promise.all(
        Object.entries(forged).map(async ([flaw, token]) => {
          const { status, body } = (await api().get('/auth/me', { as: { token } })) as Seen;
          return [flaw, status, (body as { code: string }).code];
        }),
      );
      expect(answers).toEqual(Object.keys(forged).map((flaw) => [flaw, 401, 'UNAUTHENTICATED']));
    });

    it('a forged token is refused when it is a refresh token', async () => {
      const { refresh_token } = await login(api(), await newUsuario(api()));
      expect(await meStatus(api(), refresh_token)).toBe(401);
    });
  });

  describe('what a token opens follows the usuario at once', () => {
    it('a new role holds for the open token at once, in both directions', async () => {
      const usuario = await newUsuario(api());
      const { access_token: token } = await login(api(), usuario);
      const administers = async () => (await api().get('/cache/keys', { as: { token } })).status;
      const become = (rol: string) =>
        api().patch(`/usuarios/${usuario.id}`, { as: 'admin', body: { rol } });
      expect(await administers()).toBe(403);
      await become('admin');
      expect(await administers()).toBe(200);
      await become('supervisor');
      expect(await administers()).toBe(403);
      expect((await api().get('/auth/me', { as: { token } })).body).toMatchObject({
        rol: 'supervisor',
      });
    });

    it('a deletion holds for the open token at once', async () => {
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
