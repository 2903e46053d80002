import { expect, it } from '@jest/globals';
import { eq, sql } from 'drizzle-orm';
import { CredentialsService } from '../src/auth/credentials/credentials.service.js';
import {
  hashOfEmail,
  LoginFailuresRepository,
} from '../src/auth/credentials/login-failures.repository.js';
import { Database } from '../src/database/database.js';
import { loginFailures } from '../src/database/schema.js';
import { onEveryDatabaseSetup } from './support/api.js';
import { expectProblem } from './support/expect-problem.js';
import { login, meStatus, newUsuario, tryLogin } from './support/new-usuario.js';
import { retryAfter, withoutRequestId } from './support/read-answer.js';

const WRONG = 'not the password';

onEveryDatabaseSetup('the lockout', (api) => {
  const db = () => api().app.get(Database, { strict: false }).db;
  const times = <T>(count: number, call: () => Promise<T>) =>
    Promise.all(Array.from({ length: count }, call));
  const refresh = (token: string) =>
    api().post('/auth/refresh', { body: { refresh_token: token } });

  it('an e-mail is locked after five wrong passwords in a row, for the right password too', async () => {
    const usuario = await newUsuario(api());
    for (let i = 0; i < 5; i += 1) {
      expectProblem(await tryLogin(api(), usuario.email, WRONG), 401, 'INVALID_CREDENTIALS');
    }
    const good = await tryLogin(api(), usuario.email, usuario.password);
    const bad = await tryLogin(api(), usuario.email, WRONG);
    expectProblem(good, 423, 'ACCOUNT_LOCKED');
    expect(withoutRequestId(bad)).toEqual(withoutRequestId(good));
    expect(retryAfter(good)).toBeGreaterThan(880);
    expect(retryAfter(good)).toBeLessThanOrEqual(900);
  });

  it('an unknown e-mail is locked in the same way', async () => {
    const email = 'unknown-at-all@pruebas.gad.local';
    for (let i = 0; i < 5; i += 1) {
      expectProblem(await tryLogin(api(), email, WRONG), 401, 'INVALID_CREDENTIALS');
    }
    const locked = await tryLogin(api(), email, WRONG);
    expectProblem(locked, 423, 'ACCOUNT_LOCKED');
    expect(retryAfter(locked)).toBeGreaterThan(880);
    expect(retryAfter(locked)).toBeLessThanOrEqual(900);
  });

  it('the lockout counts only wrong passwords in a row', async () => {
    const usuario = await newUsuario(api());
    for (let round = 0; round < 2; round += 1) {
      for (let i = 0; i < 4; i += 1) await tryLogin(api(), usuario.email, WRONG);
      await login(api(), usuario);
    }
  });

  it('the lockout ends by itself, and then gives five more', async () => {
    const usuario = await newUsuario(api());
    for (let i = 0; i < 5; i += 1) await tryLogin(api(), usuario.email, WRONG);
    await db()
      .update(loginFailures)
      .set({ forgetAt: sql`now() - interval '1 second'` })
      .where(eq(loginFailures.emailHash, hashOfEmail(usuario.email)));
    for (let i = 0; i < 4; i += 1) {
      expectProblem(await tryLogin(api(), usuario.email, WRONG), 401, 'INVALID_CREDENTIALS');
    }
    await login(api(), usuario);
  });

  it('the lockout answers five of many simultaneous guesses and no more', async () => {
    const usuario = await newUsuario(api());
    const answers = await times(12, () => tryLogin(api(), usuario.email, WRONG));
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([...Array<number>(5).fill(401), ...Array<number>(7).fill(423)]);
  });

  it('the lockout counts a password as wrong that was found right before a lock, deletion or change', async () => {
    const credentials = api().app.get(CredentialsService, { strict: false });
    const failures = api().app.get(LoginFailuresRepository, { strict: false });
    const database = api().app.get(Database, { strict: false });
    const meanwhile = {
      'nothing happened': () => Promise.resolve(),
      'it was locked': async (id: number, email: string) => {
        for (let i = 0; i < 5; i += 1) await failures.record(email, id, null);
      },
      'it was deleted': (id: number) => api().delete(`/usuarios/${id}`, { as: 'admin' }),
      'the password changed': (id: number) =>
        api().patch(`/usuarios/${id}`, { as: 'admin', body: { password: 'otra tormenta' } }),
      'the e-mail changed': (id: number) =>
        api().patch(`/usuarios/${id}`, { as: 'admin', body: { email: `x${id}@gad.local` } }),
    };
    const accepted: Record<string, boolean> = {};
    for (const [what, happen] of Object.entries(meanwhile)) {
      const { email, id, password } = await newUsuario(api());
      const found = await credentials.confirm(id, password);
      if (!found) throw new Error('just created');
      await happen(id, email);
      accepted[what] = await database.transaction((tx) => credentials.accept(tx, found));
    }
    expect(accepted).toEqual({
      'nothing happened': true,
      'it was locked': false,
      'it was deleted': false,
      'the password changed': false,
      'the e-mail changed': false,
    });
  });

  it('the lockout is not set off by simultaneous logins with the right password', async () => {
    const usuario = await newUsuario(api());
    const answers = await times(8, () => tryLogin(api(), usuario.email, usuario.password));
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200));
  });

  it('the lockout leaves open sesiones open', async () => {
    const usuario = await newUsuario(api());
    const { access_token, refresh_token } = await login(api(), usuario);
    for (let i = 0; i < 5; i += 1) await tryLogin(api(), usuario.email, WRONG);
    expect(await meStatus(api(), access_token)).toBe(200);
    expect(await refresh(refresh_token)).toMatchObject({ status: 200 });
  });
});
