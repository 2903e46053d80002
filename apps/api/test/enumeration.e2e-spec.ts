import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { sql } from 'drizzle-orm';
import { PasswordHasher } from '../src/auth/credentials/password-hasher.js';
import { hashOfEmail } from '../src/auth/credentials/login-failures.repository.js';
import { Database } from '../src/database/database.js';
import { TestApi, type Answer } from './support/api.js';
import { demoDatabase } from './support/data-folder.js';
import { newUsuario, tryLogin } from './support/new-usuario.js';

const WRONG = 'not the password';

/** All that a caller can see of an answer, but for what differs between any two. */
function visible({ status, headers, body }: Answer): unknown {
  const named = [...headers]
    .filter(([name]) => !['x-request-id', 'date'].includes(name))
    // How much of the quarter of an hour is left depends on when one asks.
    .map(([name, value]) => (name === 'retry-after' ? [name, value.length] : [name, value]));
  const { request_id: _, ...problem } = body as Record<string, unknown>;
  return { status, headers: named, problem };
}

describe('a registered e-mail and one that no usuario has', () => {
  let variables: { DATABASE_URL: string };
  let apis: [TestApi, TestApi];
  const start = () => TestApi.start('servers', { ...variables, REDIS_URL: '' });
  const database = () => apis[0].app.get(Database, { strict: false }).db;

  beforeAll(async () => {
    variables = { DATABASE_URL: await demoDatabase() };
    apis = [await start(), await start()];
  });
  afterAll(() => Promise.all(apis.map((api) => api.stop())));

  /** Wrong passwords in turn at both processes. */
  async function walk(email: string, tries: number): Promise<unknown[]> {
    const seen = [];
    for (let at = 0; at < tries; at += 1) {
      seen.push(visible(await tryLogin(at % 2 === 0 ? apis[0] : apis[1], email, WRONG)));
    }
    return seen;
  }

  it('are answered alike by several processes, and locked at the same failure', async () => {
    const { email } = await newUsuario(apis[0]);
    const known = await walk(email, 8);
    expect(known.map((answer) => (answer as { status: number }).status)).toEqual([
      401, 401, 401, 401, 401, 423, 423, 423,
    ]);
    expect(await walk('not.registered@pruebas.gad.local', 8)).toEqual(known);
  });

  it('cost the same statements in the same order, and one hash of the same cost', async () => {
    const { email } = await newUsuario(apis[0]);
    const { session } = database()._;
    const statements = jest.spyOn(session, 'prepareQuery');
    const hashes = jest.spyOn(apis[0].app.get(PasswordHasher, { strict: false }), 'verify');
    const costOf = async (tried: string) => {
      statements.mockClear();
      hashes.mockClear();
      await tryLogin(apis[0], tried, WRONG);
      return {
        statements: statements.mock.calls.map(([query]) => query.sql),
        hashes: hashes.mock.calls.map(([hash]) => hash.split('$').slice(0, 4)),
      };
    };
    try {
      const known = await costOf(email);
      expect(known.hashes).toHaveLength(1);
      // The look-up and the count: in a flood of logins each statement is paid for by all callers.
      expect(known.statements).toHaveLength(2);
      expect(await costOf('costs.nothing.else@pruebas.gad.local')).toEqual(known);
    } finally {
      statements.mockRestore();
      hashes.mockRestore();
    }
  });

  it('are counted on over a restart', async () => {
    const emails = [(await newUsuario(apis[0])).email, 'restart@pruebas.gad.local'];
    for (const email of emails) await walk(email, 4);
    await apis[1].stop();
    apis = [apis[0], await start()];
    const seen = [];
    for (const email of emails) {
      seen.push((await tryLogin(apis[1], email, WRONG)).status);
      seen.push((await tryLogin(apis[1], email, WRONG)).status);
    }
    expect(seen).toEqual([401, 423, 401, 423]);
  });

  it('stay locked however many others were tried since', async () => {
    const emails = [(await newUsuario(apis[0])).email, 'many@pruebas.gad.local'];
    for (const email of emails) await walk(email, 5);
    await database().execute(sql`
      insert into login_failures select sha256(n::text::bytea)::text, 5, now() + interval '15 minutes'
      from generate_series(1, 20000) as n`);
    for (const email of emails) {
      expect(await tryLogin(apis[1], email, WRONG)).toMatchObject({ status: 423 });
    }
  });

  it('leave the same rows, but for whom the audit names', async () => {
    const usuario = await newUsuario(apis[0]);
    for (const email of [usuario.email, 'audited@pruebas.gad.local']) await walk(email, 6);
    const { rows: failures } = await database().execute(sql`
      select failures from login_failures where email_hash in
        (${hashOfEmail(usuario.email)}, ${hashOfEmail('audited@pruebas.gad.local')})`);
    expect(failures).toEqual([{ failures: 5 }, { failures: 5 }]);
    const { rows } = await database().execute(sql`
      select action, count(*)::int as n, count(request_id)::int as requests,
        subject_usuario_id = ${usuario.id} as known
      from (select * from audit_events where action like 'login.%' order by id desc limit 10) as last
      group by action, known order by action, known`);
    const alike = (known: true | null) => [
      { action: 'login.failed', n: 4, requests: 4, known },
      { action: 'login.locked', n: 1, requests: 1, known },
    ];
    expect(rows).toEqual(expect.arrayContaining([...alike(true), ...alike(null)]));
    expect(rows).toHaveLength(4);
  });
});
