import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { RedisClient, SentinelSettings } from '@gad/cache/store';
import { nodeRedisClient } from '@gad/cache/store';
import type { FakeRespServer } from '../../support/fake-resp-server.js';
import { startFakeResp } from '../../support/fake-resp-server.js';
import { until } from '../../support/fixtures.js';
import type { RedisServer } from '../../support/redis-server.js';
import { startRedis } from '../../support/redis-server.js';
import { failOnLeaks } from '../../support/resources.js';
import { makeAuthority, startTlsFront } from '../../support/tls-front.js';

let one: RedisServer;
let other: RedisServer;
let sentinels: FakeRespServer[];
let client: RedisClient;

failOnLeaks();
beforeEach(async () => {
  await nodeRedisClient.load();
  sentinels = [];
  [one, other] = await Promise.all([startRedis(), startRedis()]);
});
afterEach(async () => {
  client.destroy();
  await Promise.all([one.stop(), other.stop(), ...sentinels.map((sentinel) => sentinel.close())]);
});

/** A Sentinel that names the masters in this order, the last one for good; each with its epoch. */
async function sentinelThatNames(...views: [RedisServer, number][]): Promise<FakeRespServer> {
  const fake = await startFakeResp('');
  let asked = 0;
  const answer = (): string => {
    const [server, epoch] = views[Math.min(asked++, views.length - 1)] ?? [one, 0];
    const { port } = new URL(server.url);
    const words = ['ip', '127.0.0.1', 'port', port, 'config-epoch', String(epoch)];
    return `*6\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join('')}`;
  };
  Object.defineProperty(fake, 'answer', { get: answer });
  sentinels.push(fake);
  return fake;
}

async function open(...fakes: FakeRespServer[]): Promise<void> {
  const nodes = fakes.map(({ url }) => ({ host: '127.0.0.1', port: Number(new URL(url).port) }));
  client = nodeRedisClient({ sentinels: nodes });
  client.on('error', () => undefined);
  client.connect();
  await until(() => client.isReady);
}

const has = (server: RedisServer): Promise<unknown> => server.command('EXISTS', 'k');

describe('A client of the master that Sentinels name', () => {
  it('the client believes the sentinel with the latest configuration, wherever it is in the list', async () => {
    for (const order of [0, 1]) {
      const stale = await sentinelThatNames([one, 4]);
      const fresh = await sentinelThatNames([other, 5]);
      await open(...(order === 0 ? [stale, fresh] : [fresh, stale]));
      await client.send(['SET', 'k', String(order)]);
      expect([await has(one), await has(other)]).toEqual([0, 1]);
      client.destroy();
    }
  });

  it('the client asks the sentinels again once it is connected, as the master may have changed', async () => {
    await open(await sentinelThatNames([one, 1], [other, 2]));
    await client.send(['SET', 'k', '1']);
    expect([await has(one), await has(other)]).toEqual([0, 1]);
  });

  it('the client leaves a master that answers when the sentinels name another', async () => {
    const errors: string[] = [];
    await open(await sentinelThatNames([one, 1], [one, 1], [other, 2]));
    client.on('error', (error) => errors.push(String(error)));
    await client.send(['SET', 'k', '1']);
    await until(() => !client.isReady);
    await until(() => client.isReady);
    expect(errors).toEqual(['SentinelError: the master has changed']);
    expect([await has(one), await has(other)]).toEqual([1, 0]);
    await client.send(['SET', 'k', '2']);
    expect([await has(one), await has(other)]).toEqual([1, 1]);
  });

  it('the client goes to the address that the named one is mapped to', async () => {
    const sentinel = await sentinelThatNames([one, 1]);
    const port = Number(new URL(sentinel.url).port);
    const mapped = Number(new URL(other.url).port);
    client = nodeRedisClient({
      sentinels: [{ host: '127.0.0.1', port }],
      mapAddress: ({ host }) => ({ host, port: mapped }),
    });
    client.on('error', () => undefined);
    client.connect();
    await until(() => client.isReady);
    await client.send(['SET', 'k', '1']);
    expect([await has(one), await has(other)]).toEqual([0, 1]);
  });

  it('the client speaks TLS to sentinels and master, checks each against its authority, and logs in to each', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'gad-tls-'));
    const [ofSentinel, ofMaster] = await Promise.all(
      ['sentinel', 'master'].map((id) => makeAuthority(folder, id, 'localhost')),
    );
    if (ofSentinel === undefined || ofMaster === undefined) throw new Error('no certificates');
    await one.command('ACL', 'SETUSER', 'gad', 'on', '>of-the-master', '~*', '&*', '+@all');
    await one.command('ACL', 'SETUSER', 'default', 'off');
    const sentinel = await sentinelThatNames([one, 1]);
    const [asked, used] = await Promise.all([
      startTlsFront(ofSentinel, Number(new URL(sentinel.url).port)),
      startTlsFront(ofMaster, Number(new URL(one.url).port)),
    ]);
    const trusting = (ca: string) => ({ socket: { ca } }) as SentinelSettings['clientOptions'];
    const settings: SentinelSettings = {
      sentinels: [{ host: 'localhost', port: asked.port }],
      mapAddress: () => ({ host: 'localhost', port: used.port }),
      tls: true,
      username: 'gad',
      password: 'of-the-master',
      clientOptions: trusting(ofMaster.ca),
      sentinelOptions: { ...trusting(ofSentinel.ca), password: 'of-the-sentinels' },
    };
    const errors: string[] = [];
    client = nodeRedisClient(settings);
    client.on('error', (error) => errors.push(String(error)));
    client.connect();
    await until(() => client.isReady);
    expect(await client.send(['ACL', 'WHOAMI'])).toBe('gad');
    expect(errors).toEqual([]);
    expect(sentinel.words).toContain('of-the-sentinels');
    client.destroy();

    // The other's authority is not good enough.
    client = nodeRedisClient({ ...settings, clientOptions: trusting(ofSentinel.ca) });
    client.on('error', (error) => errors.push(String(error)));
    client.connect();
    await until(() => errors.length > 0);
    expect(client.isReady).toBe(false);
    for (const front of [asked, used]) front.close();
    await rm(folder, { recursive: true });
  });

  it('the client fails pending commands when the master is lost, and resends none of them', async () => {
    await open(await sentinelThatNames([one, 1], [one, 1], [other, 2]));
    await one.freeze();
    const pending = client.send(['SET', 'k', '1']);
    const lost = expect(pending).rejects.toThrow();
    await until(() => !client.isReady);
    await lost;
    await expect(client.send(['SET', 'k', '1'])).rejects.toThrow(/no master/);
    await until(() => client.isReady);
    await client.send(['PING']);
    expect(await has(other)).toBe(0);
    await one.thaw();
  });
});
