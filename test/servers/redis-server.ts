import { randomBytes } from 'node:crypto';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ContainerRunner } from './container-runner.js';
import { ProcessRunner } from './process-runner.js';
import type { ServerRunner } from './server-runner.js';
import { findServerSources, type ServerSource } from './server-source.js';
import { startServer, type TestServer } from './test-server.js';

export type RedisServer = TestServer;

export interface RedisOptions {
  /**
   * Directives of redis.conf over the defaults of a test server: nothing is written to disk, and
   * there are 64 databases.
   */
  config?: Readonly<Record<string, string>>;
  /** Default: a free one. */
  port?: number;
  /** A folder for its files that outlives it. Default: a temporary one. */
  dir?: string;
  /** Runs as a Sentinel; only with installed programs, as containers do not reach each other. */
  sentinel?: boolean;
}

/** Of a server that keeps data. */
const DEFAULTS = { save: '""', appendonly: 'no', databases: '64' };

/**
 * Starts a Redis on the loopback interface; resolves when it answers to PING.
 *
 * @throws Error with one sentence that says what to install, or with Redis's own output.
 */
export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const { redis: source } = await findServerSources(['redis']);
  return startServer(
    {
      name: 'Redis',
      createRunner: (port) => createRunner(source, port, options),
      answers: (port) => answersToPing(port, options.config?.['requirepass']),
      url: (port) => {
        const password = options.config?.['requirepass'];
        const user = password === undefined ? '' : `:${encodeURIComponent(password)}@`;
        return `redis://${user}127.0.0.1:${port}`;
      },
    },
    options.port,
  );
}

async function createRunner(
  source: ServerSource,
  port: number,
  { config, dir, sentinel = false }: RedisOptions,
): Promise<ServerRunner> {
  const directives = { ...(sentinel ? {} : DEFAULTS), ...config };
  if (sentinel && source.by === 'docker') {
    throw new Error('The tests of Sentinel need an installed Redis: install redis-server.');
  }
  if (source.by === 'docker') {
    const command = Object.entries(directives).flatMap(([name, value]) => [
      `--${name}`,
      // On the command line the empty string is itself, in the file it needs its quotes.
      ...(value === '""' ? [''] : value.split(' ')),
    ]);
    return new ContainerRunner({
      image: source.image,
      name: `gad-test-redis-${randomBytes(6).toString('hex')}`,
      ports: { host: port, container: 6379 },
      volume: dir === undefined ? undefined : { host: dir, container: '/data' },
      command: ['redis-server', ...command],
    });
  }
  const temporaryDirectory = await mkdtemp(join(tmpdir(), 'gad-redis-'));
  const file = join(temporaryDirectory, 'redis.conf');
  const place = { port: String(port), bind: '127.0.0.1', dir: dir ?? temporaryDirectory };
  const lines = Object.entries({ ...place, ...directives }).map((pair) => pair.join(' '));
  await writeFile(file, `${lines.join('\n')}\n`);
  return new ProcessRunner({
    program: source.path,
    args: sentinel ? [file, '--sentinel'] : [file],
    endSignal: 'SIGTERM',
    removeSignal: 'SIGKILL',
    temporaryDirectory,
  });
}

/** Without a client library, so that a server is ready before anything else is loaded. */
function answersToPing(port: number, password?: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const finish = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    let received = '';
    socket.setTimeout(1_000, () => {
      finish(false);
    });
    socket.once('error', () => {
      finish(false);
    });
    socket.once('close', () => {
      finish(false);
    });
    socket.on('data', (chunk) => {
      received += chunk.toString();
      if (received.includes('+PONG')) finish(true);
      // Anything else is an error reply, such as -LOADING while it reads its file.
      else if (/^-/m.test(received)) finish(false);
    });
    const commands = [...(password === undefined ? [] : [['AUTH', password]]), ['PING']];
    for (const command of commands) socket.write(encodeCommand(command));
  });
}

function encodeCommand(words: readonly string[]): string {
  const bulk = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
  return `*${words.length}\r\n${bulk.join('')}`;
}
