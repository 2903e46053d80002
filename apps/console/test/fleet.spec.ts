import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { ownRedis } from '../../../test/servers/suite-servers.js';
import { startApiProcess, type ApiProcess } from '../../api/test/support/api-process.js';
import { demoDatabase } from '../../api/test/support/data-folder.js';
import { useBrowser } from './support/console.js';
import { logIn } from './support/test-browser.js';

let apis: readonly [ApiProcess, ApiProcess];
const browser = useBrowser();
beforeAll(async () => {
  const settings = {
    REDIS_URL: await ownRedis(),
    DATABASE_URL: await demoDatabase(),
    CACHE_LOG_LEVEL: 'off',
  };
  apis = [await startApiProcess(settings), await startApiProcess(settings)];
});
afterAll(async () => {
  for (const api of apis) await api.dispose();
});

const processCard = (page: Page, { pid }: ApiProcess) =>
  page.getByRole('heading', { name: String(pid) });

describe('the console and processes that end', () => {
  it('a process that was killed leaves the fleet', async () => {
    const page = await logIn(await browser().visitor(), apis[0].url);
    await page.getByRole('link', { name: 'Flota' }).click();
    for (const api of apis) await processCard(page, api).waitFor();
    await page.getByText('2 procesos vivos').waitFor();
    apis[1].signal('SIGKILL');
    await processCard(page, apis[1]).waitFor({ state: 'detached' });
    await page.getByText('1 proceso vivo').waitFor();
    await processCard(page, apis[0]).waitFor();
  });

  it('an open console does not keep an API from ending, and says that it does not answer', async () => {
    const page = await logIn(await browser().visitor(), apis[0].url);
    await page.locator('.figures, .state').first().waitFor();
    const end = apis[0].ended();
    apis[0].signal('SIGTERM');
    const { signal, ms } = await end;
    expect(signal).toBe('SIGTERM');
    expect(apis[0].output).not.toMatch(/unhandled|Not closed/i);
    // Without a console it takes as long; an answer that streams kept it for eight seconds.
    expect(ms).toBeLessThan(5_000);
    await page.locator('.sentence .lead').filter({ hasText: 'La API no responde' }).waitFor();
    expect(await page.locator('.outdated').count()).toBe(1);
  });
});
