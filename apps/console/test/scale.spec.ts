import { CacheService } from '@gad/cache';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { createClient } from 'redis';
import { TestApi } from '../../api/test/support/api.js';
import { fillKeys } from '../../../test/servers/fill-keys.js';
import { useBrowser } from './support/console.js';
import { heldBy, longestTask, scrollThrough } from './support/measures.js';
import { fillLogin, logIn } from './support/test-browser.js';

const LONGEST_TASK_MS = 100;
const KEYS = 100_000;
const ENTRIES_A_PAGE = 2_000;
const BATCH = 10_000;

let api: TestApi;
const browser = useBrowser();
beforeAll(async () => {
  // Tokens that outlive the hour of the clock below.
  api = await TestApi.start('servers', { JWT_ACCESS_TTL: '14400' });
});
afterAll(() => api.stop());

const numbers = (length: number): number[] => Array.from({ length }, (_, at) => at);

const connect = () => createClient({ url: api.redisUrl ?? '' }).connect();
type Client = Awaited<ReturnType<typeof connect>>;

/** Does something with the store past the cache. */
async function withStore(work: (client: Client) => Promise<unknown>): Promise<void> {
  const client = await connect();
  await work(client);
  await client.close();
}

const nameOf = (n: number): string => `muchas:${String(n).padStart(6, '0')}`;

async function open(screen: string): Promise<Page> {
  const page = await logIn(await browser().visitor(), api.url);
  await page.locator('main h1').waitFor();
  await page.goto(`${api.url}/console/#/${screen}`);
  await page.locator('.virtual').waitFor();
  return page;
}

/** Goes to the end of the list until it is as long as that. */
async function untilShown(page: Page, length: string): Promise<void> {
  const foot = page.getByText(length, { exact: true });
  while (!(await foot.isVisible())) {
    await page.locator('.virtual').evaluate(async (element) => {
      element.scrollTop = element.scrollHeight;
      await new Promise((resolve) => requestAnimationFrame(resolve));
    });
  }
}

/** Entries behind so many newer ones, in the form of the API. */
function journalPage(from: number) {
  const items = numbers(ENTRIES_A_PAGE).map((at) => ({
    ...{ id: `${String(1_000_000 - from - at)}-0`, at: '2026-01-01T12:00:00.000Z' },
    ...{ kind: 'removal', cause: 'event', event: 'tarea.updated', process: '5f0c5a0e6f3c' },
    ...{ subject: `stats:user:${String(from + at)}:*`, count: 3, confirmed_ms: 1.4, what: null },
    ...{ by: '3', request: `request-${String(from + at)}` },
  }));
  return { items, next_cursor: String(from + ENTRIES_A_PAGE) };
}

const rows = (page: Page): Promise<number> => page.locator('.virtual li').count();

describe('the console with much to show', () => {
  it('a hundred thousand keys are scrolled through without a long task', async () => {
    await withStore((client) => fillKeys(client, KEYS, nameOf));
    const page = await open('keys?pattern=muchas:*');
    // A thousand pages take long to ask for: once the first has come from the API, larger ones come.
    await page.route('**/cache/keys?*', (route) => {
      const from = Number(new URL(route.request().url()).searchParams.get('cursor'));
      const items = numbers(BATCH).map((at) => ({ key: nameOf(from + at), ttl: 300, bytes: 1 }));
      const next = from + BATCH;
      return route.fulfill({ json: { items, next_cursor: next < KEYS ? String(next) : null } });
    });
    await page.locator('.tree li').nth(99).waitFor();
    await page.getByRole('button', { name: 'Actualizar' }).click();
    await untilShown(page, '100.000 claves');
    const longest = await longestTask(page, () => scrollThrough(page, '.virtual', 100));
    expect(longest).toBeLessThan(LONGEST_TASK_MS);
    expect(await rows(page)).toBeLessThan(60);
  });

  it('ten thousand entries of the journal are scrolled through without a long task', async () => {
    const page = await open('invalidations');
    // A hundred pages take long to ask for: larger ones come.
    await page.route('**/cache/journal?*', (route) => {
      const after = new URL(route.request().url()).searchParams.get('after');
      return route.fulfill({ json: journalPage(Number(after)) });
    });
    await page.reload();
    await untilShown(page, '10.000 entradas');
    const longest = await longestTask(page, () => scrollThrough(page, '.virtual', 100));
    expect(longest).toBeLessThan(LONGEST_TASK_MS);
    expect(await rows(page)).toBeLessThan(60);
  });

  it('a value of eight megabytes is shown folded, a hundred parts at a time', async () => {
    const cache = api.app.get(CacheService, { strict: false });
    const value = { texto: 'x'.repeat(4_000_000), lista: numbers(600_000) };
    await cache.set('grande', value, { ttl: 600 });
    const page = await open('keys?key=grande&pattern=grande');
    const drawer = page.locator('dialog.drawer');
    await drawer.getByRole('button', { name: 'Leer el valor' }).click();
    await drawer.getByRole('button', { name: /^lista/ }).click();
    await drawer.getByRole('button', { name: 'Mostrar 100 más' }).click();
    await drawer.getByText('199:').waitFor();
    expect(await drawer.locator('.value-tree:visible li').count()).toBeLessThan(220);
    expect(((await drawer.locator('.value-tree:visible').textContent()) ?? '').length).toBeLessThan(
      10_000,
    );
  });

  it('bytes that are no text are shown as text that harms nothing', async () => {
    await withStore(async (client) => {
      await client.set(
        'gad:binario',
        Buffer.from([0xff, 0xfe, 0x00, 0x01, 0x3c, 0x69, 0x6d, 0x67]),
      );
      await client.zAdd('gad:\0index', { score: 0, value: 'binario' });
    });
    const page = await open('keys?key=binario&pattern=binario');
    const drawer = page.locator('dialog.drawer');
    await drawer.getByRole('button', { name: 'Leer el valor' }).click();
    await drawer.getByText('“��⟨0000⟩⟨0001⟩<img”').waitFor();
    expect(await drawer.locator('img').count()).toBe(0);
  });

  it('an hour of polling leaves heap and document as they were', async () => {
    const page = await (await browser().visitor()).newPage();
    await page.clock.install();
    await page.goto(`${api.url}/console/`);
    await fillLogin(page, 'admin');
    await api.get('/stats/user/2', { as: 'usuario' });
    await page.locator('.figures').waitFor();
    await page.evaluate(
      answerOverviewsInThePage,
      (await api.get('/cache/overview', { as: 'admin' })).body,
    );
    const minutes = async (count: number): Promise<void> => {
      for (let done = 0; done < count; done += 10) {
        await page.mouse.wheel(0, 1);
        await page.clock.runFor('10:00');
      }
    };
    // Until the charts are full.
    await minutes(20);
    const [before, asked] = [await heldBy(page), await polls(page)];
    await minutes(60);
    const after = await heldBy(page);
    expect((await polls(page)) - asked).toBeGreaterThan(1_500);
    expect(after.heapBytes - before.heapBytes).toBeLessThan(5_000_000);
    expect(after.nodes).toBe(before.nodes);
    expect(after.listeners).toBe(before.listeners);
  });
});

const polls = (page: Page): Promise<number> =>
  page.evaluate(() => (window as unknown as { polls: number }).polls);

/** Runs in the page: what the API has said of the overview is said again, with more reads each time. */
function answerOverviewsInThePage(overview: {
  readonly totals: { readonly reads: { readonly hit: number } };
}): void {
  const page = window as unknown as { polls: number; fetch: typeof fetch };
  const { fetch: real } = page;
  page.polls = 0;
  page.fetch = (url, options) => {
    if (!(url instanceof URL) || !url.pathname.endsWith('/cache/overview'))
      return real(url, options);
    page.polls++;
    const reads = { ...overview.totals.reads, hit: overview.totals.reads.hit + 7 * page.polls };
    const at = new Date().toISOString();
    return Promise.resolve(
      Response.json({ ...overview, at, proof_at: at, totals: { ...overview.totals, reads } }),
    );
  };
}
