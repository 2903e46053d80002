import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createCache } from '@gad/cache';
import { Doctor } from '@gad/cache/engine';
import type { RedisClient, RedisClientFactory } from '@gad/cache/store';
import {
  CACHE_CHECKS,
  diagnosisInWords,
  DOCTOR_LANGUAGES,
  lastFindings,
  nodeRedisClient,
  RedisStore,
  silentLog,
} from '@gad/cache/store';
import { REPORT } from '../../src/store/redis/scripts/compiled-scripts.js';
import { DoctorStage } from '../support/doctor-stage.js';

/** Clients whose commands are written down. */
function recorded(sent: string[][]): RedisClientFactory {
  const make = (settings: Parameters<typeof nodeRedisClient>[0]): RedisClient =>
    new Proxy(nodeRedisClient(settings), {
      get: (client, name: keyof RedisClient) => {
        if (name !== 'send' && name !== 'sendForBytes') return client[name];
        return (command: string[]) => {
          sent.push(command);
          return client[name](command);
        };
      },
    });
  return Object.assign(make, { load: () => nodeRedisClient.load() });
}

describe('The doctor, where nothing is wrong,', () => {
  let stage: DoctorStage | undefined;
  afterEach(async () => {
    await stage?.stop();
    stage = undefined;
  });

  it('the doctor has a word on every check in every language, and warns of nothing', async () => {
    stage = await DoctorStage.start();
    await stage.open();
    await stage.cache.getOrSet('stats:user:2', () => 1, { ttl: 60 });
    await stage.cache.fleet?.report();
    const diagnosis = await new Doctor(stage.cache).diagnose();
    for (const language of DOCTOR_LANGUAGES) {
      const texts = diagnosisInWords(diagnosis, language);
      expect(texts.map(({ id }) => id)).toEqual(CACHE_CHECKS.map(({ id }) => id));
      expect(texts.filter(({ seen }) => seen === '' || /\{\w+\}/.test(seen))).toEqual([]);
      expect(texts.filter(({ severity }) => /fail|warn/.test(severity))).toEqual([]);
    }
  });

  it('the doctor asks the server at most 12 times', async () => {
    stage = await DoctorStage.start();
    const sent: string[][] = [];
    const settings = { url: stage.url };
    const store = new RedisStore({
      ...{ settings, prefix: 'gad:', logger: silentLog, makeClient: recorded(sent) },
      ...{ deadlineMs: 5_000, removalTimeoutMs: 10_000 },
    });
    const cache = createCache({ store, analytics: true }, silentLog);
    await cache.open();
    // The index of an empty database is made in the background.
    await cache.listKeys({});
    const doctor = new Doctor(cache);
    try {
      for (const most of [12, 12]) {
        sent.length = 0;
        await doctor.diagnose();
        // Each process reports its figures once a second meanwhile.
        const asked = sent.filter(
          (words) =>
            ![REPORT.source, REPORT.sha1, 'gad:\0board:snapshots'].includes(words[1] ?? ''),
        );
        expect(asked.length).toBeGreaterThan(5);
        expect(asked.length).toBeLessThanOrEqual(most);
      }
    } finally {
      await cache.close();
    }
  });

  it('the doctor says n/a of a server where there is none, and of figures where there are none', async () => {
    const cache = createCache({ store: 'memory' }, silentLog);
    await cache.open();
    const findings = diagnosisInWords(await new Doctor(cache).diagnose(), 'es');
    const of = (id: string) => findings.find((finding) => finding.id === id);
    expect(of('memory-limit')).toMatchObject({ severity: 'n/a', figures: {}, fix: null });
    expect(of('memory-limit')?.seen).toMatch(/memoria del proceso/);
    expect(of('hit-ratio')?.severity).toBe('n/a');
    expect(findings.filter(({ severity }) => /fail|warn/.test(severity))).toEqual([]);
    expect(await lastFindings(cache.store)).toBeUndefined();
    await cache.close();
  });

  it('the doctor finds nothing wrong with the Redis user of docs/security.md, which may not read the configuration', async () => {
    stage = await DoctorStage.start();
    const page = readFileSync(new URL('../../../../docs/security.md', import.meta.url), 'utf8');
    const rules = /^ACL SETUSER gad (.+)$/m.exec(page)?.[1]?.replace('>password', '>p') ?? '';
    await stage.server.command('ACL', 'SETUSER', 'gad', ...rules.split(' '));
    stage.url = stage.server.url.replace('redis://', 'redis://gad:p@');
    await stage.open();
    await stage.watch.look();
    expect(await stage.wrong()).toEqual([]);
    expect(await stage.wrong()).toEqual([]);
    expect(await stage.severityOf('lazy-eviction')).toBe('n/a');
    // It is asked for once a connection.
    const denied = await stage.server.command('ACL', 'LOG');
    expect(denied).toEqual([expect.objectContaining({ count: 1, object: 'config|get' })]);
  });

  it('nothing unknown is shown as a number where the server does not answer', async () => {
    stage = await DoctorStage.start();
    await stage.open();
    await stage.server.kill();
    while (stage.cache.connected) await new Promise(setImmediate);
    const findings = await stage.diagnose();
    const numbers = findings.filter(({ figures }) => Object.keys(figures).length > 0);
    expect(numbers.map(({ id }) => id)).toEqual([]);
    expect((await stage.wrong()).map(({ id }) => id)).toEqual(['store-reachable']);
  });
});
