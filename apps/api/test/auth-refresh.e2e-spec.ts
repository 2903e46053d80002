import { expect, it } from '@jest/globals';
import { eq, sql } from 'drizzle-orm';
import { Database } from '../src/database/database.js';
import { refreshTokens, sesiones } from '../src/database/schema.js';
import { onEveryDatabaseSetup } from './support/api.js';
import { expectProblem } from './support/expect-problem.js';
import { login, meStatus, newUsuario, type Tokens } from './support/new-usuario.js';
import { decodeJwt, type Seen } from './support/read-answer.js';

onEveryDatabaseSetup('POST /auth/refresh', (api) => {
  const db = () => api().app.get(Database, { strict: false }).db;
  const times = <T>(count: number, call: () => Promise<T>) =>
    Promise.all(Array.from({ length: count }, call));
  const refresh = (token: string) =>
    api().post('/auth/refresh', { body: { refresh_token: token } });

  it('a refresh rotates: it gives new tokens of the same sesion', async () => {
    const first = await login(api(), await newUsuario(api()));
    const { status, headers, body } = (await refresh(first.refresh_token)) as Seen;
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('private, no-store');
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 900 });
    const second = body as Tokens;
    expect(second.refresh_token).not.toBe(first.refresh_token);
    const sid = (tokens: Tokens) => decodeJwt(tokens.access_token).claims['sid'];
    expect(sid(second)).toBe(sid(first));
    expect(await meStatus(api(), second.access_token)).toBe(200);
    expect(await refresh(second.refresh_token)).toMatchObject({ status: 200 });
  });

  it('a refresh ends the whole sesion when a used token comes back, and no other sesion', async () => {
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

  it('a refresh lets exactly one of many simultaneous refreshes win, and takes the rest for reuse', async () => {
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
    'a refresh refuses a token that it never gave: %j',
    async (token) => {
      expectProblem(await refresh(token), 401, 'REFRESH_TOKEN_INVALID');
    },
  );

  it('a refresh refuses an access token', async () => {
    const { access_token } = await login(api(), await newUsuario(api()));
    expectProblem(await refresh(access_token), 401, 'REFRESH_TOKEN_INVALID');
  });

  it.each([{}, { refresh_token: '' }, { refresh_token: 7 }, { refresh_token: 'x', more: 1 }])(
    'a refresh refuses the body %j',
    async (body) => {
      expectProblem(await api().post('/auth/refresh', { body }), 400, 'VALIDATION_FAILED');
    },
  );

  it('a refresh refuses a token past its end, and an access token of a sesion past its end', async () => {
    const usuario = await newUsuario(api());
    const { access_token, refresh_token } = await login(api(), usuario);
    const ended = { expiresAt: sql`now() - interval '1 second'` };
    await db().update(sesiones).set(ended).where(eq(sesiones.usuarioId, usuario.id));
    expect(await meStatus(api(), access_token)).toBe(401);
    expectProblem(await refresh(refresh_token), 401, 'REFRESH_TOKEN_INVALID');

    const later = await login(api(), usuario);
    const sid = String(decodeJwt(later.access_token).claims['sid']);
    await db().update(refreshTokens).set(ended).where(eq(refreshTokens.sesionId, sid));
    expectProblem(await refresh(later.refresh_token), 401, 'REFRESH_TOKEN_INVALID');
    expect(await meStatus(api(), later.access_token)).toBe(200);
  });

  it('a refresh keeps no refresh token in the database, only hashes, and drops those past their end', async () => {
    const usuario = await newUsuario(api());
    const first = await login(api(), usuario);
    const second = (await refresh(first.refresh_token)).body as Tokens;
    const sid = String(decodeJwt(first.access_token).claims['sid']);
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
