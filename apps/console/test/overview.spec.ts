import { CacheService } from '@gad/cache';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { createClient } from 'redis';
import { startRedis, type RedisServer } from '../../../test/servers/redis-server.js';
import { TestApi } from '../../api/test/support/api.js';
import { useBrowser } from './support/console.js';
import { logIn } from './support/test-browser.js';

let redis: RedisServer;
let api: TestApi;
const browser = useBrowser();
beforeAll(async () => {
  redis = await startRedis();
  api = await TestApi.start('servers', { REDIS_URL: redis.url, CACHE_DEADLINE_MS: '500' });
});
afterAll(async () => {
  await api.stop();
  await redis.stop();
});

/** Reads statistics, each after the first time from the cache. */
async function read(times: number): Promise<void> {
  for (let n = 0; n < times; n++) await api.get('/stats/user/2', { as: 'usuario' });
}

/** The value of a figure on the overview. */
const figure = (page: Page, name: string) =>
  page.locator('.figure', { has: page.locator('dt', { hasText: name }) }).locator('.value');

const textOf = async (page: Page, name: string): Promise<string> =>
  (await figure(page, name).textContent()) ?? '';

/** Waits until a figure is another one. */
async function untilChanged(page: Page, name: string, before: string): Promise<void> {
  await page.waitForFunction(
    ([wanted, old]) =>
      [...document.querySelectorAll('.figure')].some(
        (each) =>
          each.querySelector('dt')?.textContent?.startsWith(wanted ?? '') === true &&
          each.querySelector('.value')?.textContent !== old,
      ),
    [name, before],
  );
}

const sentence = (page: Page) => page.locator('.sentence .lead');

/** What the screens ask for again and again. */
const POLLS = {
  overview: ['overview'],
  keys: ['tree'],
  invalidations: ['journal?limit=100'],
  hot: ['hot', 'namespaces'],
  fleet: ['fleet'],
  warming: ['warming'],
  audit: ['audit'],
};

describe('the overview', () => {
  it('the overview shows the figures of the API, and others when the traffic changes them', async () => {
    await read(20);
    const page = await logIn(await browser().visitor(), api.url);
    await sentence(page).waitFor();
    await untilChanged(page, 'Guardados', '0');
    const stored = await textOf(page, 'Guardados');
    await api.post('/cache/clear', { as: 'admin' });
    await read(5);
    await untilChanged(page, 'Guardados', stored);
    await untilChanged(page, 'Claves borradas', '0');
    // The slots of the history are written every ten seconds: until both have the last of them.
    for (;;) {
      const { body } = await api.get('/cache/overview', { as: 'admin' });
      const removed = Object.values<number>(body.windows[2].removed_keys).reduce(
        (sum, n) => sum + n,
        0,
      );
      const shown = [await textOf(page, 'Guardados'), await textOf(page, 'Claves borradas')];
      if (shown[0] === String(body.totals.puts) && shown[1] === String(removed)) break;
      await page.waitForResponse((response) => response.url().endsWith('/cache/overview'));
    }
  });

  it('the hit ratio falls when keys are removed before each read', async () => {
    await read(30);
    const page = await logIn(await browser().visitor(), api.url);
    await untilChanged(page, 'Aciertos', '—');
    const before = Number.parseFloat((await textOf(page, 'Aciertos')).replace(',', '.'));
    for (let n = 0; n < 10; n++) {
      await api.post('/cache/invalidate-pattern/stats:*', { as: 'admin' });
      await read(1);
    }
    await page.waitForFunction((high) => {
      const text = document.querySelector('.figure .value')?.textContent ?? '';
      return Number.parseFloat(text.replace(',', '.')) < high;
    }, before);
  });

  it('a store that does not answer is named within five seconds, and the last figures stay', async () => {
    await read(10);
    const page = await logIn(await browser().visitor(), api.url);
    await sentence(page).waitFor();
    const figures = page.locator('.figures');
    await figures.waitFor();
    await untilChanged(page, 'Guardados', '0');
    await redis.kill('SIGSTOP');
    try {
      await sentence(page).filter({ hasText: 'no responde' }).waitFor({ timeout: 5_000 });
      await page.locator('.outdated .figures').waitFor();
      expect(await textOf(page, 'Guardados')).not.toBe('0');
      await page.getByText('Las cifras son de las').waitFor();
    } finally {
      await redis.kill('SIGCONT');
    }
    await page.locator('.outdated').waitFor({ state: 'detached' });
    await sentence(page).filter({ hasNotText: 'no responde' }).waitFor();
  });

  it('the sentence says before when everything is applied, and that goes on', async () => {
    const page = await logIn(await browser().visitor(), api.url);
    const said = sentence(page).filter({ hasText: /^Todo lo confirmado antes de las [\d:,]+/ });
    await said.waitFor();
    const before = await said.textContent();
    await page.waitForFunction(
      (old) => document.querySelector('.sentence .lead')?.textContent !== old,
      before,
    );
    await said.waitFor();
    // What is read out is another text, which stays.
    expect(await page.getByRole('status').first().textContent()).toContain('Está demostrado');
  });

  it('a poll of any screen makes at most three calls of the store, and of the doctor, four times a minute, twelve', async () => {
    const monitor = await createClient({ url: redis.url }).connect();
    const seen = new Map<string, number>();
    const most = (): number => Math.max(0, ...seen.values());
    // The command and what it is about; what a script does is not a call.
    await monitor.monitor((line) => {
      const [, client = '', call = ''] =
        /\[\d+ (\S+)\] ("\S+"(?: "[^"]*")?)/.exec(String(line)) ?? [];
      if (client !== 'lua') seen.set(call, (seen.get(call) ?? 0) + 1);
    });
    // What the process sends by itself.
    await api.app.get(CacheService, { strict: false }).fleet?.report();
    while (most() < 5) await api.get('/health/ready');
    const own = new Set(seen.keys());
    const calls = (): number =>
      [...seen].reduce((sum, [call, count]) => (own.has(call) ? sum : sum + count), 0);
    for (const [screen, routes] of Object.entries(POLLS)) {
      seen.clear();
      const counts: number[] = [];
      for (let poll = 0; poll < 21; poll++) {
        const before = calls();
        for (const route of routes) await api.get(`/cache/${route}`, { as: 'admin' });
        counts.push(calls() - before);
      }
      // The usual poll: the doctor may look round beside one of them.
      const usual = counts.sort((a, b) => a - b)[10];
      expect({ screen, counts, isCheap: Number(usual) <= 3 }).toMatchObject({ isCheap: true });
    }
    seen.clear();
    // A diagnosis is kept for a moment, and answers without a call.
    while (calls() === 0) await api.get('/cache/doctor', { as: 'admin' });
    expect(calls()).toBeLessThanOrEqual(12);
    monitor.destroy();
  });

  it('a reload shows charts that are filled from the history', async () => {
    await read(10);
    const page = await logIn(await browser().visitor(), api.url);
    await page.locator('.figures').waitFor();
    await page.reload();
    await page.locator('.chart canvas').first().waitFor();
    await page.getByText('Ver como tabla').first().click();
    const known = page.locator('.as-table tbody tr', { hasNotText: '—' });
    await known.nth(1).waitFor();
    expect(await known.count()).toBeGreaterThan(1);
  });
});
