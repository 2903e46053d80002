import { execFile } from 'node:child_process';
import { chmod, chown, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { startPostgres, type PostgresServer } from '../../../test/servers/postgres-server.js';
import { ConfigurationError } from '../src/config/parse-environment.js';
import { bringUpToDate } from '../src/database/postgres/bring-up-to-date.js';

/** Admits `gad` by TLS and a password, `plain` by a password, and no other role. */
const HBA = `
host all postgres 127.0.0.1/32 trust
hostssl all gad 127.0.0.1/32 scram-sha-256
host all plain 127.0.0.1/32 scram-sha-256
`;

describe('A PostgreSQL with TLS and passwords', () => {
  let server: PostgresServer;
  let folder: string;
  beforeAll(async () => {
    server = await startPostgres();
    if (server.dataFolder === undefined)
      throw new Error('this suite needs an installed PostgreSQL');
    folder = server.dataFolder;
    await promisify(execFile)('openssl', [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost'],
      ...['-addext', 'subjectAltName=DNS:localhost'],
      ...['-keyout', join(folder, 'server.key'), '-out', join(folder, 'server.crt')],
    ]);
    const { uid, gid } = await stat(folder);
    for (const name of ['server.key', 'server.crt']) {
      await chown(join(folder, name), uid, gid);
      await chmod(join(folder, name), 0o600);
    }
    await writeFile(join(folder, 'pg_hba.conf'), HBA);
    await run(
      'alter system set ssl = on',
      `create role gad login superuser password 'right'`,
      `create role plain login superuser password 'right'`,
      'select pg_reload_conf()',
    );
    while (!(await run('show ssl')).includes('on'));
  });
  afterAll(() => server.stop());

  async function run(...statements: string[]): Promise<unknown[]> {
    const client = new pg.Client(server.url);
    await client.connect();
    const rows: unknown[] = [];
    for (const statement of statements) {
      const result = await client.query<Record<string, unknown>>(statement);
      rows.push(...result.rows.flatMap(Object.values<unknown>));
    }
    await client.end();
    return rows;
  }
  const url = (user: string, host = '127.0.0.1', query = ''): string =>
    `postgres://${user}@${host}:${String(server.port)}/postgres${query}`;

  it.each([
    ['a wrong password', () => url('plain:wrong'), /which refuses our password/],
    ['no password', () => url('plain'), /which refuses our password/],
    ['no TLS where it is demanded', () => url('gad:right'), /which does not admit us without TLS/],
    ['a role that no line admits', () => url('other:right'), /which does not admit us/],
    [
      'a certificate of an unknown authority',
      () => url('gad:right', 'localhost', '?sslmode=verify-full'),
      /which shows a certificate that cannot be trusted/,
    ],
    [
      'a certificate for another name',
      () => url('gad:right', '127.0.0.1', `?sslmode=verify-full&sslrootcert=${folder}/server.crt`),
      /which shows a certificate that cannot be trusted/,
    ],
  ])(
    '%s is reported at once with its cause, and without a secret',
    async (_title, place, sentence) => {
      const attempt = bringUpToDate(place(), {});
      await expect(attempt).rejects.toBeInstanceOf(ConfigurationError);
      await expect(attempt).rejects.toThrow(sentence);
      await expect(attempt).rejects.not.toThrow(/right|wrong@/);
    },
  );

  it.each([
    ['a setting that it does not have', 'no_such_setting=1', /refuses a parameter of the URL \(/],
    ['a setting with a wrong value', 'work_mem=much', /refuses a parameter of the URL \(/],
    [
      'no schema to use',
      'search_path=none',
      /search_path of role "\w+" names no schema that exists/,
    ],
  ])('%s is reported at once with its cause', async (_title, setting, sentence) => {
    const options = `?sslmode=no-verify&options=-c%20${encodeURIComponent(setting)}`;
    await expect(bringUpToDate(url('gad:right', '127.0.0.1', options), {})).rejects.toThrow(
      sentence,
    );
  });

  it('a PostgreSQL with TLS and passwords is opened with the right password over a certificate that is trusted', async () => {
    const place = url(
      'gad:right',
      'localhost',
      `?sslmode=verify-full&sslrootcert=${folder}/server.crt`,
    );
    await expect(bringUpToDate(place, {})).resolves.toMatchObject({ role: 'gad', pooled: false });
  });
});
