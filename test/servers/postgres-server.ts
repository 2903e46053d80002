import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { ContainerRunner } from './container-runner.js';
import { createDatabase } from './postgres-database.js';
import { ProcessRunner } from './process-runner.js';
import type { ServerRunner } from './server-runner.js';
import { findServerSources } from './server-source.js';
import { startServer, type TestServer } from './test-server.js';
import { unprivilegedUser } from './unprivileged-user.js';

export interface PostgresServer extends TestServer {
  /** The folder with its data, to be copied while it is down; undefined inside a container. */
  readonly dataFolder: string | undefined;

  /** Makes an empty database; resolves with the URL that connects to it. */
  createDatabase(name: string): Promise<string>;
}

export interface PostgresOptions {
  /** Settings of postgresql.conf over the defaults of a test server. */
  config?: Readonly<Record<string, string>>;
  /** Default: a free one. */
  port?: number;
}

/**
 * Nothing waits for the disk, as no test unplugs the machine. `synchronous_commit` stays on: with
 * it off, a database that is killed loses commits that it has acknowledged, and every check of
 * what survives a crash would blame the wrong side.
 */
const DEFAULTS = {
  fsync: 'off',
  full_page_writes: 'off',
  max_connections: '200',
  shared_buffers: '64MB',
  max_wal_size: '256MB',
  jit: 'off',
  timezone: 'UTC',
};

/**
 * Starts a PostgreSQL on the loopback interface, UTF8 and locale C, superuser `postgres` without a
 * password, data in a temporary folder; resolves when it takes connections.
 *
 * @throws Error with one sentence that says what to install, or with PostgreSQL's own output.
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const { postgres: source } = await findServerSources(['postgres']);
  const url = (port: number): string => `postgres://postgres@127.0.0.1:${port}/postgres`;
  let dataFolder: string | undefined;
  const server = await startServer(
    {
      name: 'PostgreSQL',
      createRunner: async (port) => {
        if (source.by === 'docker') return createContainer(source.image, port, options.config);
        const created = await createProcess(source.path, port, options.config);
        dataFolder = created.dataFolder;
        return created.runner;
      },
      answers: (port) => takesConnections(url(port)),
      url,
    },
    options.port,
  );
  // By descriptors: a spread would freeze `pid` at its first value.
  return Object.defineProperties(
    { dataFolder, createDatabase: (name: string) => createDatabase(server.url, name) },
    Object.getOwnPropertyDescriptors(server),
    // The two halves together are the interface, which defineProperties cannot express.
  ) as PostgresServer;
}

function settingsOf(config: PostgresOptions['config']): string[] {
  return Object.entries({ ...DEFAULTS, ...config }).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ]);
}

function createContainer(
  image: string,
  port: number,
  config: PostgresOptions['config'],
): ServerRunner {
  return new ContainerRunner({
    image,
    name: `gad-test-postgres-${randomBytes(6).toString('hex')}`,
    ports: { host: port, container: 5432 },
    environment: {
      POSTGRES_HOST_AUTH_METHOD: 'trust',
      POSTGRES_INITDB_ARGS: '--encoding=UTF8 --locale=C --no-sync',
    },
    command: settingsOf(config),
  });
}

async function createProcess(
  programs: string,
  port: number,
  config: PostgresOptions['config'],
): Promise<{ runner: ServerRunner; dataFolder: string }> {
  const user = unprivilegedUser('PostgreSQL');
  const temporaryDirectory = await mkdtemp(join(tmpdir(), 'gad-postgres-'));
  if (user !== undefined) await chown(temporaryDirectory, user.uid, user.gid);
  const data = join(temporaryDirectory, 'data');
  await promisify(execFile)(
    join(programs, 'initdb'),
    [
      ...['--pgdata', data, '--username', 'postgres', '--auth', 'trust'],
      ...['--encoding', 'UTF8', '--locale', 'C', '--no-sync', '--no-instructions'],
    ],
    { ...user, cwd: temporaryDirectory },
  );
  const runner = new ProcessRunner({
    program: join(programs, 'postgres'),
    args: [
      ...['-D', data, '-p', String(port), '-h', '127.0.0.1', '-c', 'unix_socket_directories='],
      ...settingsOf(config),
    ],
    // "Fast" and "immediate" shutdown in PostgreSQL's terms.
    endSignal: 'SIGINT',
    removeSignal: 'SIGQUIT',
    user,
    temporaryDirectory,
  });
  return { runner, dataFolder: data };
}

/** Whether a PostgreSQL, or a pooler before one, answers statements. */
export async function takesConnections(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  // The server may end the connection before the client does; the answer is false all the same.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}
