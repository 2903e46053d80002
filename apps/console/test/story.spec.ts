import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { EMAILS, IDS, TestApi } from '../../api/test/support/api.js';
import { apart, cacheOf } from '../../api/test/support/explained.js';
import { createTarea } from '../../api/test/support/new-tarea.js';
import { useBrowser } from './support/console.js';
import { logIn } from './support/test-browser.js';

let api: TestApi;
const browser = useBrowser();
beforeAll(async () => {
  api = await TestApi.start('servers');
});
afterAll(() => api.stop());

async function open(screen: string): Promise<Page> {
  const page = await logIn(await browser().visitor(), api.url);
  await page.locator('main h1').waitFor();
  await page.goto(`${api.url}/console/#/${screen}`);
  return page;
}

describe('what the console answers', () => {
  it('a key that a supervisor has made stale is explained by event, person and request, in three clicks', async () => {
    const tarea = await createTarea(api);
    await api.get('/stats/user/2?days=30', { as: 'usuario' });
    await cacheOf(api).fleet?.report();
    await apart();
    const reassigned = await api.patch(`/tareas/${String(tarea.id)}`, {
      as: 'supervisor',
      body: { delegado_usuario_id: IDS.admin },
      headers: { 'x-request-id': 'reasignada-por-la-supervisora' },
    });
    expect(reassigned.status).toBe(200);
    const page = await logIn(await browser().visitor(), api.url);
    await page.getByRole('link', { name: 'Claves' }).click();
    await page.locator('#pattern').fill('stats:user:2:days:30');
    await page.getByRole('button', { name: 'Buscar' }).click();
    await page.getByRole('link', { name: 'Explicar por qué no está' }).click();
    const story = page.locator('.story');
    await story.filter({ hasText: 'tarea.reassigned' }).waitFor();
    const text = (await story.textContent()) ?? '';
    for (const part of [
      'No está',
      'demostrado',
      EMAILS.supervisor,
      'reasignada-por-la-supervisora',
    ]) {
      expect(text).toContain(part);
    }
  });

  it('the cache is cleared by its prefix only, and the audit says by whom', async () => {
    const cache = cacheOf(api);
    await cache.set('vaciar:1', 1, { ttl: 600 });
    const page = await open('keys');
    await page.getByRole('button', { name: 'Vaciar el cache…' }).click();
    const confirm = page.locator('dialog').getByRole('button', { name: 'Vaciar el cache' });
    await page.getByLabel('Escribe gad: para confirmar').fill('gad');
    expect(await confirm.isDisabled()).toBe(true);
    expect(await cache.get('vaciar:1')).toBe(1);
    await page.getByLabel('Escribe gad: para confirmar').fill('gad:');
    await confirm.click();
    await page.getByText('El cache está vacío.', { exact: true }).waitFor();
    expect(await cache.get('vaciar:1')).toBeUndefined();
    await page.goto(`${api.url}/console/#/audit?action=clear`);
    const row = page.locator('tbody tr').first();
    await row.filter({ hasText: EMAILS.admin }).filter({ hasText: 'hecho 200' }).waitFor();
  });

  it('a freshness probe says when each process was proved to have what is committed', async () => {
    const page = await open('fleet');
    await page.getByRole('button', { name: 'Probar ahora' }).click();
    await page.locator('.probed .badge.good').waitFor();
  });
});
