import { afterEach, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { createClient } from 'redis';
import { startPostgres } from './postgres-server.js';
import { startRedis } from './redis-server.js';
import type { TestServer } from './test-server.js';

const kinds = [
  { name: 'Redis', start: startRedis, write: writeToRedis, read: readFromRedis },
  { name: 'PostgreSQL', start: startPostgres, write: writeToPostgres, read: readFromPostgres },
];

describe.each(kinds)('a $name of a test', ({ start, write, read }) => {
  const servers: TestServer[] = [];
  const startOne = async (): Promise<TestServer> => {
    const server = await start();
    servers.push(server);
    return server;
  };

  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.stop()));
  });

  it('a test server answers as soon as it is handed out', async () => {
    const server = await startOne();
    await write(server.url, 'uno');
    expect(await read(server.url)).toBe('uno');
  });

  it('a test server is one of several that know nothing of each other', async () => {
    const [first, second] = await Promise.all([startOne(), startOne()]);
    expect(first.port).not.toBe(second.port);
    await write(first.url, 'uno');
    expect(await read(first.url)).toBe('uno');
    expect(await read(second.url)).toBeUndefined();
  });

  it('a test server leaves neither a process nor a listener when it is stopped', async () => {
    const server = await startOne();
    const { pid } = server;
    await server.stop();
    expect(server.pid).toBeUndefined();
    if (pid !== undefined) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    expect(await accepts(server.port)).toBe(false);
  });

  it('a test server stays down after SIGKILL and comes back on the same port', async () => {
    const server = await startOne();
    const before = server.pid;
    await server.kill('SIGKILL');
    expect(await accepts(server.port)).toBe(false);
    await server.restart();
    await write(server.url, 'dos');
    expect(await read(server.url)).toBe('dos');
    if (before !== undefined) expect(server.pid).not.toBe(before);
  });

  it('a test server keeps its connections but answers nothing while it is frozen', async () => {
    const server = await startOne();
    await write(server.url, 'uno');
    await server.kill('SIGSTOP');
    let answered = false;
    const answer = read(server.url).then((value) => {
      answered = true;
      return value;
    });
    // The kernel still completes the handshake, as it does for every frozen server.
    expect(await accepts(server.port)).toBe(true);
    expect(answered).toBe(false);
    await server.kill('SIGCONT');
    expect(await answer).toBe('uno');
  });

  it('a test server can be stopped while it is frozen', async () => {
    const server = await startOne();
    await server.kill('SIGSTOP');
    await server.stop();
    expect(await accepts(server.port)).toBe(false);
  });
});

describe('a Redis of a test', () => {
  it('a Redis of a test takes directives and keeps its folder', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'gad-spec-'));
    const options = { dir, config: { appendonly: 'yes', requirepass: 'clave' } };
    try {
      const first = await startRedis(options);
      await writeToRedis(first.url, 'tres');
      await first.restart();
      expect(await readFromRedis(first.url)).toBe('tres');
      await first.stop();

      const second = await startRedis(options);
      expect(await readFromRedis(second.url)).toBe('tres');
      await second.stop();
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  });

  it('a Redis of a test fails with its own words when a directive is wrong', async () => {
    await expect(startRedis({ config: { databases: 'ninguna' } })).rejects.toThrow(/databases/);
  });
});

describe('a PostgreSQL of a test', () => {
  it('a PostgreSQL of a test keeps what it acknowledged through SIGKILL and makes databases of their own', async () => {
    const server = await startPostgres();
    try {
      const url = await server.createDatabase('segunda');
      await writeToPostgres(url, 'cuatro');
      expect(await readFromPostgres(server.url)).toBeUndefined();
      await server.kill('SIGKILL');
      await server.restart();
      expect(await readFromPostgres(url)).toBe('cuatro');
    } finally {
      await server.stop();
    }
  });
});

describe('servers whose owner dies', () => {
  it('servers whose owner dies end with it, and their files too', async () => {
    const temporary = await mkdtemp(join(tmpdir(), 'gad-owner-'));
    // PostgreSQL runs as another user than root and has to reach its own folder through this one.
    await chmod(temporary, 0o755);
    const owner = spawn(
      process.execPath,
      ['--import', './tools/typescript.mjs', './test/servers/server-owner.ts'],
      {
        cwd: fileURLToPath(new URL('../..', import.meta.url)),
        env: { ...process.env, TMPDIR: temporary },
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const lines: unknown[] = await once(createInterface({ input: owner.stdout }), 'line');
    // The owner's program writes exactly this.
    const ports = JSON.parse(String(lines[0])) as number[];
    expect(ports).toHaveLength(2);
    expect(await Promise.all(ports.map(accepts))).toEqual([true, true]);
    expect((await readdir(temporary)).length).toBeGreaterThanOrEqual(2);

    owner.kill('SIGKILL');
    await expectSoon(() => Promise.all(ports.map(accepts)), [false, false]);
    await expectSoon(() => readdir(temporary), []);
    await rm(temporary, { recursive: true });
  });
});

/** Asserts a fact that comes true in its own time; jest's time-out bounds the wait. */
async function expectSoon(probe: () => Promise<unknown>, expected: unknown): Promise<void> {
  const text = JSON.stringify(expected);
  for (let attempt = 0; attempt < 200; attempt += 1) {
    if (JSON.stringify(await probe()) === text) return;
    await sleep(50);
  }
  expect(await probe()).toEqual(expected);
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => {
      resolve(false);
    });
  });
}

async function writeToRedis(url: string, value: string): Promise<void> {
  const client = await createClient({ url }).connect();
  await client.set('clave', value);
  await client.close();
}

async function readFromRedis(url: string): Promise<string | undefined> {
  const client = await createClient({ url }).connect();
  const value = await client.get('clave');
  await client.close();
  return value ?? undefined;
}

async function writeToPostgres(url: string, value: string): Promise<void> {
  await withPostgres(url, async (client) => {
    await client.query('CREATE TABLE IF NOT EXISTS notas (texto text)');
    await client.query('INSERT INTO notas VALUES ($1)', [value]);
  });
}

async function readFromPostgres(url: string): Promise<string | undefined> {
  return withPostgres(url, async (client) => {
    const exists = await client.query<{ oid: string | null }>(`SELECT to_regclass('notas') AS oid`);
    if (exists.rows[0]?.oid === null) return undefined;
    const result = await client.query<{ texto: string }>('SELECT texto FROM notas');
    return result.rows[0]?.texto;
  });
}

async function withPostgres<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}
