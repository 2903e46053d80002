import { execFile } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { chmod, mkdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { freePort } from '../../../test/servers/ports.js';
import { startPgBouncer } from '../../../test/servers/pgbouncer-server.js';
import { startPostgres, type PostgresServer } from '../../../test/servers/postgres-server.js';
import { ConfigurationError } from '../src/config/parse-environment.js';
import { openDataFolder } from '../src/config/data-folder.js';
import { bringUpToDate } from '../src/database/postgres/bring-up-to-date.js';
import { temporaryFolder } from './support/data-folder.js';
import { mountHanging, mountReadOnly, whyNot } from './support/mounts.js';
import { programOf, ROOT } from './support/programs.js';

/** What the process wrote in the end, and its exit code. */
async function startOf(
  variables: Record<string, string>,
  command: 'main' | 'migrate' = 'main',
): Promise<{ code: number; text: string }> {
  const env = { PATH: process.env['PATH'], NODE_ENV: 'test', LOG_LEVEL: 'silent', ...variables };
  const run = promisify(execFile)(process.execPath, programOf(command), {
    cwd: ROOT,
    env,
    timeout: 60_000,
  });
  return run.then(
    ({ stdout }) => ({ code: 0, text: stdout }),
    (error: unknown) => {
      const { code, stderr } = error as { code: number; stderr: string }; // what execFile rejects with
      return { code, text: stderr };
    },
  );
}

describe('A start that cannot succeed ends with exit code 1 and one sentence', () => {
  it('a port in use stops the start before the database is opened', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo; // it listens on a port, not on a pipe
    const end = await startOf({ PORT: String(port), DATA_DIR: '/proc/nope' });
    expect(end.code).toBe(1);
    expect(end.text).toMatch(/^PORT \d+ on 127\.0\.0\.1 is in use by another process: [^\n]+\.\n$/);
    other.close();
  });

  it.each([
    ['192.0.2.1', /^HOST is 192\.0\.2\.1, which is no address of this machine: [^\n]+\.\n$/],
    [
      'no-such-host.invalid',
      /^HOST is no-such-host\.invalid, a name without an address: [^\n]+\.\n$/,
    ],
  ])('the host %s stops the start', async (host, sentence) => {
    const end = await startOf({ DEMO_DATA: 'false', HOST: host, PORT: String(await freePort()) });
    expect(end).toEqual({ code: 1, text: expect.stringMatching(sentence) });
  });

  it('a data folder that cannot be made stops the start', async () => {
    const end = await startOf({ DATA_DIR: '/proc/nope', PORT: String(await freePort()) });
    expect(end.code).toBe(1);
    expect(end.text).toMatch(/^DATA_DIR names the folder \/proc\/nope, which cannot [^\n]+\.\n$/);
  });
});

describe.each([
  {
    title: 'on a file system that is read-only',
    kind: mountReadOnly,
    says: /\(EROFS: read-only file system[^\n]*\): set it to one that this user may write\.\n$/,
  },
  {
    title: 'on a file system that hangs',
    kind: mountHanging,
    says: /\(it does not answer: is it on a mount that hangs\?\): [^\n]+\.\n$/,
  },
])('A data folder $title', ({ kind, says }) => {
  const reason = whyNot(kind);
  const here = reason === undefined ? it : it.skip;
  const skipped = reason === undefined ? '' : ` [not here: ${reason}]`;

  here.each(['.', 'new', 'new/deeper'])(
    `ends the start with exit code 1 and one sentence: %s${skipped}`,
    async (path) => {
      const { folder, unmount } = kind();
      try {
        const end = await startOf({ DATA_DIR: join(folder, path), PORT: String(await freePort()) });
        expect(end).toEqual({ code: 1, text: expect.stringMatching(says) });
        expect(end.text.startsWith(`DATA_DIR names the folder ${folder}`)).toBe(true);
      } finally {
        unmount();
      }
    },
    60_000,
  );

  here(
    `is found behind a link inside of a folder that is fine${skipped}`,
    async () => {
      const { folder, unmount } = kind();
      const dataDir = await temporaryFolder();
      try {
        await symlink(join(folder, 'db'), join(dataDir, 'db'));
        const end = await startOf({ DATA_DIR: dataDir, PORT: String(await freePort()) });
        expect(end).toEqual({ code: 1, text: expect.stringMatching(/^DATA_DIR [^\n]+\.\n$/) });
      } finally {
        unmount();
        await rm(dataDir, { recursive: true, force: true });
      }
    },
    60_000,
  );
});

describe('The data folder', () => {
  let parent: string;
  beforeEach(async () => {
    parent = await temporaryFolder();
  });
  afterEach(() => rm(parent, { recursive: true, force: true }));

  const mode = async (...path: string[]): Promise<number> =>
    (await stat(join(parent, ...path))).mode & 0o777;

  it.each(['/proc/nope', '/proc/nope/deeper', '/dev/null', '/dev/null/inside', '/sys/nope'])(
    'the data folder is refused where none can be: %s',
    async (path) => {
      await expect(openDataFolder(path)).rejects.toBeInstanceOf(ConfigurationError);
      await expect(openDataFolder(path)).rejects.toThrow(/^DATA_DIR names the folder /);
    },
  );

  it.each(['.', 'db.lock', 'jwt-secret', 'db/PG_VERSION'])(
    'the data folder is refused when %s is a FIFO, which would never be read',
    async (name) => {
      const folder = join(parent, 'data');
      const path = join(folder, name);
      if (name !== '.') await mkdir(join(path, '..'), { recursive: true });
      await promisify(execFile)('mkfifo', [path]);
      await expect(openDataFolder(folder)).rejects.toThrow(/no folder|neither file nor folder/);
    },
  );

  it('the data folder is made private with everything that is in it, also when it was there already', async () => {
    await mkdir(join(parent, 'data', 'db', 'base'), { recursive: true, mode: 0o755 });
    await writeFile(join(parent, 'data', 'db', 'base', '1'), '', { mode: 0o644 });
    await writeFile(join(parent, 'data', 'jwt-secret'), '', { mode: 0o644 });
    await promisify(execFile)('chmod', ['-R', 'a+rX', parent]);
    await openDataFolder(join(parent, 'data'));
    expect(await mode('data')).toBe(0o700);
    expect(await mode('data', 'db', 'base')).toBe(0o700);
    expect(await mode('data', 'db', 'base', '1')).toBe(0o600);
    expect(await mode('data', 'jwt-secret')).toBe(0o600);
  });

  it('the data folder keeps its mode when other things are in it, which the API has not made', async () => {
    await mkdir(join(parent, 'db'));
    await mkdir(join(parent, 'photos'));
    // What `mkdir` makes of a mode depends on the process.
    for (const name of ['.', 'db', 'photos']) await chmod(join(parent, name), 0o755);
    await openDataFolder(parent);
    expect([await mode(), await mode('photos'), await mode('db')]).toEqual([0o755, 0o755, 0o700]);
  });
});

describe('PostgreSQL that refuses us at the start', () => {
  let server: PostgresServer;
  let url: string;
  beforeAll(async () => {
    server = await startPostgres({ config: { max_connections: '8' } });
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    url = await server.createDatabase(`d${String(serial++)}`);
  });
  let serial = 0;

  const asRole = (role: string, of = url): string => of.replace('postgres@', `${role}@`);
  async function run(...statements: string[]): Promise<void> {
    const client = new pg.Client(url);
    await client.connect();
    for (const statement of statements) await client.query(statement);
    await client.end();
  }

  it('a missing privilege stops the start with the GRANT that mends it, which does', async () => {
    await run(`create role app${String(serial)} login`);
    const place = asRole(`app${String(serial)}`);
    const sentence =
      /whose role "app\d+" may not migrate \(permission denied .+\): as the owner run (GRANT .+); or set MIGRATE=off/;
    const failure = await bringUpToDate(place, {}).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ConfigurationError);
    const [, grants = ''] = sentence.exec(String(failure)) ?? [];
    await run(...grants.split('; '));
    await expect(bringUpToDate(place, {})).resolves.toMatchObject({ pooled: false });
  });

  it('MIGRATE=off stops the start while the schema is behind or ahead, and needs no CREATE otherwise', async () => {
    const role = `app${String(serial)}`;
    await run(`create role ${role} login`);
    const off = { migrate: false };
    await expect(bringUpToDate(url, off)).rejects.toThrow(
      /^MIGRATE is off, and the schema is behind by \d+ migrations: run `npm run migrate`/,
    );
    const migrated = await startOf({ DATABASE_URL: url }, 'migrate');
    expect(migrated).toMatchObject({ code: 0, text: expect.stringMatching(/\.\n$/) });
    const place = asRole(role);
    for (const lacks of [/which migrations were applied/, /may not read and write/]) {
      const failure = await bringUpToDate(place, off).catch((error: unknown) => error);
      expect(String(failure)).toMatch(lacks);
      const [, grants = ''] = /as the owner run (GRANT .+)\.$/.exec(String(failure)) ?? [];
      await run(...grants.split('; '));
    }
    await expect(bringUpToDate(place, off)).resolves.toBeDefined();
    // And with MIGRATE=on, as nothing is pending.
    await expect(bringUpToDate(place, {})).resolves.toBeDefined();
    await run(
      `insert into drizzle.__drizzle_migrations (hash, created_at) values ('x', 9999999999999)`,
    );
    await expect(bringUpToDate(place, off)).rejects.toThrow(
      /^MIGRATE is off, and the schema is ahead/,
    );
    await expect(bringUpToDate(place, {})).resolves.toBeDefined();
  });

  it.each([
    [
      'a name that does not resolve',
      (place: string) => place.replace('127.0.0.1', 'no-such.invalid'),
      /cannot be found: its host name/,
    ],
    ['TLS that it does not speak', (place: string) => `${place}?sslmode=require`, /speaks no TLS/],
    [
      'another database',
      (place: string) => place.replace(/\/\w+$/, '/nowhere'),
      /has no such database/,
    ],
    [
      'a role that does not exist',
      (place: string) => asRole('absent_role', place),
      /does not admit us/,
    ],
  ])('%s', async (_title, change, sentence) => {
    const attempt = bringUpToDate(change(url), {});
    await expect(attempt).rejects.toBeInstanceOf(ConfigurationError);
    await expect(bringUpToDate(change(url), {})).rejects.toThrow(sentence);
  });

  it('too many connections are waited for at the start', async () => {
    await run('create role crowd login');
    const clients: pg.Client[] = [];
    for (;;) {
      const client = new pg.Client(asRole('crowd'));
      if (
        !(await client.connect().then(
          () => true,
          () => false,
        ))
      )
        break;
      clients.push(client);
    }
    const place = asRole('crowd');
    await expect(bringUpToDate(place, { retryForMs: 0 })).rejects.toThrow(
      /has too many connections/,
    );
    await Promise.all(clients.map((client) => client.end()));
  });

  it('a direct URL that leads to a pooler, or to another database, stops the start', async () => {
    const pooler = await startPgBouncer({ serverUrl: url, mode: 'transaction' });
    try {
      const through = pooler.through(url);
      await expect(bringUpToDate(through, { directUrl: through })).rejects.toThrow(
        /^DATABASE_DIRECT_URL names .+, where a pooler answers/,
      );
      const other = await server.createDatabase('other');
      await expect(bringUpToDate(through, { directUrl: other })).rejects.toThrow(
        /DATABASE_DIRECT_URL names .+, another database than DATABASE_URL/,
      );
      const refused = `${through}?statement_timeout=900`;
      await expect(bringUpToDate(refused, {})).rejects.toThrow(/refuses a parameter of the URL/);
    } finally {
      await pooler.stop();
    }
  });
});
