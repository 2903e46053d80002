import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { CacheEngine, RedisSettings } from '@gad/cache';
import { CacheUnavailableError, createCache } from '@gad/cache';
import { until } from './fixtures.js';
import type { RedisServer } from './redis-server.js';
import { startRedis } from './redis-server.js';

const run = promisify(execFile);

interface Authority {
  readonly ca: string;
  readonly key: string;
  readonly cert: string;
}

/** An authority of its own and a certificate that it signed for `name`. */
async function makeAuthority(folder: string, id: string, name: string): Promise<Authority> {
  const file = (what: string): string => join(folder, `${id}.${what}`);
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const openssl = (...args: string[]): Promise<unknown> => run('openssl', args);
  await openssl(
    ...['req', '-x509', '-days', '2', ...curve, '-subj', `/CN=${id}`],
    ...['-keyout', file('ca.key'), '-out', file('ca.crt')],
  );
  await openssl(
    ...['req', ...curve, '-subj', `/CN=${name}`],
    ...['-keyout', file('key'), '-out', file('csr')],
  );
  await writeFile(file('ext'), `subjectAltName=DNS:${name}`);
  await openssl(
    ...['x509', '-req', '-days', '2', '-in', file('csr'), '-extfile', file('ext')],
    ...['-CA', file('ca.crt'), '-CAkey', file('ca.key'), '-CAcreateserial', '-out', file('crt')],
  );
  const [ca, key, cert] = await Promise.all(
    [file('ca.crt'), file('key'), file('crt')].map((path) => readFile(path, 'utf8')),
  );
  return { ca: ca ?? '', key: key ?? '', cert: cert ?? '' };
}

describe('A Redis behind TLS (rediss://)', () => {
  let folder: string;
  let ours: Authority;
  let theirs: Authority;
  let redis: RedisServer;
  let front: Server;
  let port: number;
  let cache: CacheEngine | undefined;
  let lines: string[];
  const sockets = new Set<TLSSocket>();

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gad-tls-'));
    [ours, theirs] = await Promise.all([
      makeAuthority(folder, 'ours', 'localhost'),
      makeAuthority(folder, 'theirs', 'redis.example'),
    ]);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  beforeEach(async () => {
    lines = [];
    redis = await startRedis();
    // TLS ends here, so that a Redis built without it serves as well.
    front = createServer({ key: ours.key, cert: ours.cert }, (socket) => {
      sockets.add(socket);
      const plain = connect(Number(new URL(redis.url).port), '127.0.0.1');
      for (const end of [socket, plain]) end.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        plain.destroy();
      });
      plain.on('close', () => socket.destroy());
      socket.pipe(plain);
      plain.pipe(socket);
    });
    front.on('tlsClientError', () => undefined);
    front.listen(0, '127.0.0.1');
    await once(front, 'listening');
    const address = front.address();
    port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  });
  afterEach(async () => {
    await cache?.close();
    cache = undefined;
    for (const socket of sockets) socket.destroy();
    front.close();
    await redis.stop();
  });

  async function open(
    host: string,
    socket: object,
    protocol: 'redis' | 'rediss' = 'rediss',
  ): Promise<CacheEngine> {
    const url = `${protocol}://${host}:${port}/0`;
    // The socket options of TLS are known to the client only together with its `tls` flag.
    const clientOptions = { socket } as NonNullable<RedisSettings['clientOptions']>;
    const note = (message: string): void => void lines.push(message);
    cache = createCache(
      { redis: { url, clientOptions }, deadlineMs: 2_000 },
      { notice: note, warn: note },
    );
    await cache.open();
    return cache;
  }

  const expectRefused = async (engine: CacheEngine): Promise<void> => {
    expect(await engine.getOrSet('k', () => 1)).toBe(1);
    expect(await engine.set('k', 1)).toBe(false);
    await expect(engine.delete('k')).rejects.toThrow(CacheUnavailableError);
    expect(engine.store.connected).toBe(false);
    expect(lines).toEqual([expect.stringMatching(/store is away/)]);
    expect(await redis.command('DBSIZE')).toBe(0);
  };

  it('is used with its authority’s certificate', async () => {
    const engine = await open('localhost', { tls: true, ca: ours.ca });
    await until(() => engine.store.connected);
    expect(await engine.set('k', 'secret')).toBe(true);
    expect(await engine.get('k')).toBe('secret');
  });

  it('is refused when somebody else’s authority is pinned', async () => {
    await expectRefused(await open('localhost', { tls: true, ca: theirs.ca }));
  });

  it('is refused when no authority is given that knows it', async () => {
    await expectRefused(await open('localhost', { tls: true }));
  });

  it('is refused when its certificate is for another name', async () => {
    await expectRefused(await open('127.0.0.1', { tls: true, ca: ours.ca }));
  });

  it('is not spoken to in clear', async () => {
    await expectRefused(await open('localhost', {}, 'redis'));
  });
});
