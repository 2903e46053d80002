import { chown, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { takesConnections } from './postgres-server.js';
import { ProcessRunner } from './process-runner.js';
import { findServerSources } from './server-source.js';
import { startServer, type TestServer } from './test-server.js';
import { unprivilegedUser } from './unprivileged-user.js';

export interface PgBouncer extends TestServer {
  /** The URL that leads through this pooler to a database of its server. */
  through(databaseUrl: string): string;
}

export interface PgBouncerOptions {
  /** Any database of the server behind it. */
  readonly serverUrl: string;
  readonly mode: 'transaction' | 'session';
  /** Further settings of the section `[pgbouncer]`. */
  readonly config?: Readonly<Record<string, string>>;
  /** Default: a free one. */
  readonly port?: number;
}

/**
 * In transaction mode few server connections, so that the statements of one client land on several of
 * them; in session mode each client keeps one.
 */
const POOL_SIZES = { transaction: '4', session: '60' };

const DEFAULTS = {
  listen_addr: '127.0.0.1',
  unix_socket_dir: '',
  auth_type: 'any',
  max_client_conn: '200',
};

/**
 * Starts a PgBouncer before a PostgreSQL of the tests, for any of its databases, without passwords.
 *
 * @throws Error with one sentence that says what to install, or with PgBouncer's own output.
 */
export async function startPgBouncer(options: PgBouncerOptions): Promise<PgBouncer> {
  const { pgbouncer: source } = await findServerSources(['pgbouncer']);
  if (source.by === 'docker') {
    throw new Error('The tests of poolers need an installed PgBouncer: install pgbouncer.');
  }
  const { serverUrl, mode, config } = options;
  const behind = new URL(serverUrl);
  const through = (port: number, databaseUrl: string): string => {
    const url = new URL(databaseUrl);
    url.port = String(port);
    return url.href;
  };
  const server = await startServer(
    {
      name: 'PgBouncer',
      createRunner: async (port) => {
        const user = unprivilegedUser('PgBouncer');
        const temporaryDirectory = await mkdtemp(join(tmpdir(), 'gad-pgbouncer-'));
        const file = join(temporaryDirectory, 'pgbouncer.ini');
        const pool = { pool_mode: mode, default_pool_size: POOL_SIZES[mode] };
        const settings = { ...DEFAULTS, listen_port: String(port), ...pool, ...config };
        await writeFile(
          file,
          [
            ...[
              '[databases]',
              `* = host=${behind.hostname} port=${behind.port} user=${behind.username}`,
            ],
            ...['[pgbouncer]', ...Object.entries(settings).map((pair) => pair.join(' = ')), ''],
          ].join('\n'),
        );
        if (user !== undefined) {
          for (const path of [temporaryDirectory, file]) await chown(path, user.uid, user.gid);
        }
        return new ProcessRunner({
          program: source.path,
          args: [file],
          endSignal: 'SIGINT',
          removeSignal: 'SIGKILL',
          user,
          temporaryDirectory,
        });
      },
      answers: (port) => takesConnections(through(port, serverUrl)),
      url: (port) => through(port, serverUrl),
    },
    options.port,
  );
  // By descriptors: a spread would freeze `pid` at its first value.
  return Object.defineProperties(
    { through: (databaseUrl: string) => through(server.port, databaseUrl) },
    Object.getOwnPropertyDescriptors(server),
    // The two halves together are the interface, which defineProperties cannot express.
  ) as PgBouncer;
}
