import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { domainToASCII } from 'node:url';
import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { dataDir as initialFiles } from '@electric-sql/pglite-prepopulatedfs';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import { drizzle as drizzlePglite } from 'drizzle-orm/pglite';
import { migrate as migratePglite } from 'drizzle-orm/pglite/migrator';
import pg from 'pg';
import { ownDatabase } from '../../../test/servers/suite-servers.js';
import { MIGRATIONS_FOLDER } from '../src/database/migrations-folder.js';
import { openDatabase } from '../src/database/open-database.js';
import { migratePostgres } from '../src/database/postgres/migrate-postgres.js';
import { canonicalDni } from '../src/usuarios/dto/usuario-fields.js';
import { temporaryFolder } from './support/data-folder.js';

const DNIS = [...['30.123.456', '30123457', 'm-12', 'M13', '007', '0', '00.0-1', 'A00', 'x.y-Z']];
const OTHERS = ['000', '00-0', '-', '', '.1.', 'ab.12', '0x0', '0'.repeat(20)];
const DOMAINS = [
  ...['gad.local', 'bücher.example', 'ñandú.gad.local', 'faß.de', '例え.テスト', 'правда.рф'],
  ...[
    'münchen-ost.xn--p1ai',
    'a.b.ü',
    'üüüüüü.example',
    'z'.repeat(20) + 'é.example',
    '👍.example',
  ],
];

/** The folder as it was before a migration. */
async function foldersBefore(tag: string): Promise<string> {
  const folder = join(await temporaryFolder(), 'migrations');
  await cp(MIGRATIONS_FOLDER, folder, { recursive: true });
  const path = join(folder, 'meta/_journal.json');
  const journal = JSON.parse(await readFile(path, 'utf8')) as { entries: { tag: string }[] };
  const at = journal.entries.findIndex((entry) => entry.tag === tag);
  expect(at).toBeGreaterThan(0);
  journal.entries.splice(at);
  await writeFile(path, JSON.stringify(journal));
  return folder;
}

describe('the migrations of texts that identify a usuario', () => {
  let folder: string;
  let client: pg.Client;

  beforeAll(async () => {
    folder = await foldersBefore('0006_canonical_dni');
  });
  afterAll(() => rm(join(folder, '..'), { recursive: true, force: true }));

  async function filled(
    rows: readonly { dni: string; email: string; deleted?: boolean }[],
  ): Promise<() => Promise<void>> {
    const url = await ownDatabase();
    client = new pg.Client(url);
    await client.connect();
    await migrate(drizzle(client), { migrationsFolder: folder });
    for (const { dni, email, deleted = false } of rows) {
      await client.query(
        `insert into usuarios (dni, nombre, apellido, email, password_hash, deleted_at)
         values ($1, 'N', 'A', $2, 'x', case when $3 then now() end)`,
        [dni, email, deleted],
      );
    }
    return () => migratePostgres(url);
  }

  it('the migrations of texts bring DNIs and e-mails into the form in which they are compared', async () => {
    const emails = DOMAINS.map((domain) => `José@${domain}`.toLowerCase());
    const rows = DNIS.map((dni, n) => ({ dni, email: emails[n] ?? '' }));
    const up = await filled(rows);
    await up();
    const { rows: after } = await client.query<{ dni: string; email: string }>(
      'select dni, email from usuarios order by id',
    );
    expect(after).toEqual(
      rows.map(({ dni, email }) => ({
        dni: canonicalDni(dni),
        email: `josé@${domainToASCII(email.slice(5))}`,
      })),
    );
    const { rows: judged } = await client.query<{ dni: string }>(
      'select canonical_dni(dni) as dni from unnest($1::text[]) as dni',
      [OTHERS],
    );
    expect(judged.map(({ dni }) => dni)).toEqual(OTHERS.map(canonicalDni));
    // What a version before this one writes meanwhile is compared in the same form.
    const old = client.query(
      `insert into usuarios (dni, nombre, apellido, email, password_hash) values ('30-123.456', 'N', 'A', 'b@gad.local', 'x')`,
    );
    await expect(old).rejects.toMatchObject({ constraint: 'usuarios_dni_live' });
    await client.end();
  });

  it.each([
    [
      'DNI that differ in punctuation only',
      [
        { dni: '30.123.456', email: 'a@gad.local' },
        { dni: '30123456', email: 'b@gad.local' },
        { dni: 'm1', email: 'c@gad.local' },
        { dni: 'M-1', email: 'd@gad.local' },
        { dni: 'M.1', email: 'e@gad.local', deleted: true },
      ],
      /^DATABASE_URL names a database .*the same DNI .*\(ids 1 and 2; 3 and 4\).*start again\.$/,
    ],
    [
      'e-mails of one domain in two spellings',
      [
        { dni: '1', email: 'a@bücher.example' },
        { dni: '2', email: 'a@xn--bcher-kva.example' },
      ],
      /^DATABASE_URL .*the same e-mail .*\(ids 1 and 2\).*start again\.$/,
    ],
    [
      'an e-mail that does not show all of itself',
      [
        { dni: '1', email: 'a@gad.local' },
        { dni: '2', email: 'a\u200b@gad.local' },
        { dni: '3', email: 'b\u3164@gad.local', deleted: true },
      ],
      /^DATABASE_URL .*do not show \(ids 2\).*start again\.$/,
    ],
  ])(
    'the migrations of texts stop with one sentence and change nothing at %s',
    async (_, rows, sentence) => {
      const up = await filled(rows);
      await expect(up()).rejects.toMatchObject({
        name: 'ConfigurationError',
        message: expect.stringMatching(sentence),
      });
      const { rows: after } = await client.query('select dni, email from usuarios order by id');
      expect(after).toEqual(rows.map(({ dni, email }) => ({ dni, email })));
      await client.end();
    },
  );

  it('the migrations of texts stop the start of the embedded database too, which names its folder', async () => {
    const dataDir = await temporaryFolder();
    const embedded = await PGlite.create(join(dataDir, 'db'), {
      loadDataDir: await initialFiles(),
    });
    await migratePglite(drizzlePglite(embedded), { migrationsFolder: folder });
    await embedded.exec(
      `insert into usuarios (dni, nombre, apellido, email, password_hash)
       values ('1', 'N', 'A', 'a@gad.local', 'x'), ('0.1', 'N', 'A', 'b@gad.local', 'x')`,
    );
    await embedded.close();
    await expect(
      openDatabase({ database: { url: undefined, poolSize: 1 }, dataDir }),
    ).rejects.toThrow(/^DATA_DIR names a database .*\(ids 1 and 2\)/);
    await rm(dataDir, { recursive: true, force: true });
  });
});
