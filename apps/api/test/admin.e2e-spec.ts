import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { rm } from 'node:fs/promises';
import { asc, eq } from 'drizzle-orm';
import { ownDatabase } from '../../../test/servers/suite-servers.js';
import { Database } from '../src/database/database.js';
import { auditEvents, usuarios } from '../src/database/schema.js';
import { TestApi } from './support/api.js';
import { runAdmin, runAdminOnTerminal, type AdminRun } from './support/admin-cli.js';
import { temporaryFolder } from './support/data-folder.js';
import { expectProblem } from './support/expect-problem.js';
import { meStatus, newUsuario, signedIn, tryLogin } from './support/new-usuario.js';

const EMAIL = 'root@example.org';
const PASSWORD = 'tormenta de verano';

/** One sentence on stderr, nothing on stdout, and no stack. */
function expectRefusal({ code, stdout, stderr }: AdminRun, sentence: RegExp, exitCode = 1): void {
  expect({ code, stdout }).toEqual({ code: exitCode, stdout: '' });
  expect(stderr).toMatch(sentence);
  expect(stderr).not.toMatch(/^ {4}at /m);
}

describe('npm run admin over PostgreSQL', () => {
  let variables: { DATABASE_URL: string };
  let api: TestApi;
  const admin = (words: string, stdin = '') => runAdmin(words.split(' '), variables, stdin);
  const db = () => api.app.get(Database, { strict: false }).db;

  beforeAll(async () => {
    variables = { DATABASE_URL: await ownDatabase() };
    // On a database that no API has ever seen.
    const created = await admin(`create --email ${EMAIL}`, `${PASSWORD}\n`);
    expect(created).toEqual({ code: 0, stdout: `Admin 1 created: ${EMAIL}\n`, stderr: '' });
    api = await TestApi.start('servers', { ...variables, DEMO_DATA: 'false' });
  });
  afterAll(() => api.stop());

  it('npm run admin over PostgreSQL makes the first admin, which can log in and administer', async () => {
    const answer = await tryLogin(api, EMAIL, PASSWORD);
    expect(answer).toMatchObject({ status: 200 });
    const as = { token: (answer.body as { access_token: string }).access_token };
    expect(await api.get('/usuarios', { as })).toMatchObject({ status: 200 });
  });

  it('npm run admin over PostgreSQL makes another beside the running API, by the rules of POST /usuarios', async () => {
    const words = 'create --email Second@Example.org --nombre Ana --apellido Díaz --dni A-2';
    expect(await admin(words, PASSWORD)).toMatchObject({ code: 0 });
    expect(await tryLogin(api, 'second@example.org', PASSWORD)).toMatchObject({ status: 200 });
    expectRefusal(await admin(words, PASSWORD), /^Another usuario has this (email|dni)\.$/m);
    const dni = 'create --email dni@example.org --dni ¿?';
    expectRefusal(await admin(dni, PASSWORD), /^dni must /);
    const { stdout } = await admin('list');
    expect(stdout).toBe(`1\t${EMAIL}\tAdministrador GAD\n2\tsecond@example.org\tAna Díaz\n`);
  });

  it.each([
    ['a common password', 'Password2026!', /^The password is one of the most common/],
    ['a short one', 'x7$Kq', /^password must be 10 to 128 characters/],
    ['none', '', /^There is no password on stdin\./],
  ])('npm run admin over PostgreSQL refuses %s', async (_, stdin, sentence) => {
    expectRefusal(await admin('create --email weak@example.org', stdin), sentence);
    const rows = await db().select().from(usuarios).where(eq(usuarios.email, 'weak@example.org'));
    expect(rows).toEqual([]);
  });

  it('npm run admin over PostgreSQL explains itself for a wrong command line', async () => {
    expectRefusal(await admin('create'), /^create needs --email\.\nusage: npm run admin/, 2);
  });

  it('npm run admin over PostgreSQL sets a password, which ends sesiones and a lockout', async () => {
    const answer = await tryLogin(api, EMAIL, PASSWORD);
    const { access_token: token } = answer.body as { access_token: string };
    for (let i = 0; i < 5; i += 1) await tryLogin(api, EMAIL, 'wrong');
    expect((await admin('list')).stdout).toContain(`${EMAIL}\tAdministrador GAD\tlocked\n`);
    const words = `reset-password --email ${EMAIL}`;
    expectRefusal(await admin(words, PASSWORD), /^The password must differ from the present one\./);
    expect(await admin(words, 'otra tormenta')).toMatchObject({ code: 0 });
    expect(await meStatus(api, token)).toBe(401);
    expect(await tryLogin(api, EMAIL, 'otra tormenta')).toMatchObject({ status: 200 });
    expectRefusal(
      await admin('reset-password --email no@example.org', PASSWORD),
      /^No usuario has the e-mail no@example\.org\.$/m,
    );
  });

  it('npm run admin over PostgreSQL ends a lockout', async () => {
    const email = 'second@example.org';
    for (let i = 0; i < 5; i += 1) await tryLogin(api, email, 'wrong');
    expectProblem(await tryLogin(api, email, PASSWORD), 423, 'ACCOUNT_LOCKED');
    const words = `unlock --email ${email}`;
    expect(await admin(words)).toMatchObject({ code: 0, stdout: `${email} unlocked.\n` });
    expect(await tryLogin(api, email, PASSWORD)).toMatchObject({ status: 200 });
    expect(await admin(words)).toMatchObject({ code: 0, stdout: `${email} was not locked.\n` });
  });

  it('npm run admin over PostgreSQL is recorded in the audit with its command, usuario and operator', async () => {
    const rows = await db()
      .select()
      .from(auditEvents)
      .where(eq(auditEvents.subjectUsuarioId, 1))
      .orderBy(asc(auditEvents.id));
    const own = rows.filter(({ detail }) => 'source' in (detail as object));
    const by = { source: 'command line', os_user: expect.any(String) };
    expect(
      own.map(({ action, actorUsuarioId, detail }) => [action, actorUsuarioId, detail]),
    ).toEqual([
      ['usuario.created', null, { rol: 'admin', ...by }],
      ['password.reset', null, by],
    ]);
  });

  it('npm run admin over PostgreSQL asks on a terminal, twice and without echo', async () => {
    const words = ['create', '--email', 'tty@example.org'];
    const run = await runAdminOnTerminal(words, variables, ['lluvia de otoño', 'lluvia de otoño']);
    expect(run.code).toBe(0);
    expect(run.stdout).toContain('New password: ');
    expect(run.stdout).not.toContain('lluvia');
    expect(await tryLogin(api, 'tty@example.org', 'lluvia de otoño')).toMatchObject({
      status: 200,
    });
    const other = ['create', '--email', 'typo@example.org'];
    const typo = await runAdminOnTerminal(other, variables, ['lluvia de otoño', 'lluvia de otono']);
    expect(typo).toMatchObject({ code: 1, stdout: expect.stringContaining('are not the same') });
    const left = await runAdminOnTerminal(other, variables, ['\u0003']);
    expect(left).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('No password was given'),
    });
  });

  it('npm run admin over PostgreSQL asks for no secret of the API, which it does not use', async () => {
    const production = { ...variables, NODE_ENV: 'production', REDIS_URL: 'nonsense' };
    expect(await runAdmin(['list'], production)).toMatchObject({ code: 0 });
  });
});

describe('npm run admin over the embedded database', () => {
  it('npm run admin over the embedded database works while no API runs, and says so while one does', async () => {
    const DATA_DIR = await temporaryFolder();
    const words = ['create', '--email', EMAIL];
    expect(await runAdmin(words, { DATA_DIR }, PASSWORD)).toMatchObject({ code: 0 });
    const api = await TestApi.start('embedded', { DATA_DIR, DEMO_DATA: 'false' });
    try {
      expect(await tryLogin(api, EMAIL, PASSWORD)).toMatchObject({ status: 200 });
      expectRefusal(
        await runAdmin(['list'], { DATA_DIR }),
        /^DATA_DIR names the folder .*, whose database is in use by process \d+ .*stop that process/,
      );
    } finally {
      await api.stop();
      await rm(DATA_DIR, { recursive: true, force: true });
    }
  });
});

describe('a usuario made over the API', () => {
  it('a usuario made over the API is let in again by the command line, the last admin as well', async () => {
    const variables = { DATABASE_URL: await ownDatabase() };
    const api = await TestApi.start('servers', variables);
    try {
      const usuario = await newUsuario(api);
      await signedIn(api, usuario);
      for (const email of [usuario.email, 'admin@gad.local']) {
        const words = ['reset-password', '--email', email];
        expect(await runAdmin(words, variables, PASSWORD)).toMatchObject({ code: 0 });
        expect(await tryLogin(api, email, PASSWORD)).toMatchObject({ status: 200 });
      }
    } finally {
      await api.stop();
    }
  });
});
