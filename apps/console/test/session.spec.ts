import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { BrowserContext, Page } from 'playwright-core';
import { TestApi } from '../../api/test/support/api.js';
import { newUsuario, type NewUsuario } from '../../api/test/support/new-usuario.js';
import { useBrowser } from './support/console.js';
import { fillLogin, logIn } from './support/test-browser.js';

/** So short that it is renewed all the time. */
const ACCESS_SECONDS = '10';

let api: TestApi;
const browser = useBrowser();
beforeAll(async () => {
  api = await TestApi.start('embedded', { JWT_ACCESS_TTL: ACCESS_SECONDS });
});
afterAll(() => api.stop());

const open = async (context: BrowserContext): Promise<Page> => {
  const page = await context.newPage();
  await page.goto(`${api.url}/console/`);
  return page;
};

/** Another tab with a copy of all that a tab has. */
async function duplicateOf(page: Page): Promise<Page> {
  const opened = page.context().waitForEvent('page');
  await page.evaluate(() => void window.open(location.href));
  return opened;
}

const overview = (page: Page) => page.getByRole('heading', { level: 1, name: 'Resumen' });

async function enter(page: Page, { email, password }: NewUsuario): Promise<void> {
  await page.locator('#email').fill(email);
  await page.locator('#password').fill(password);
  await page.locator('form button[type=submit]').click();
}

/** The calls of a context below `/cache`, each with its status. */
function cacheCalls(context: BrowserContext): string[] {
  const calls: string[] = [];
  context.on('response', (response) => {
    const { pathname } = new URL(response.url());
    if (pathname.includes('/api/v1/cache')) calls.push(`${pathname} ${String(response.status())}`);
  });
  return calls;
}

/** How often tokens were renewed, and what that answered. */
function renewals(context: BrowserContext): number[] {
  const statuses: number[] = [];
  context.on('response', (response) => {
    if (response.url().endsWith('/auth/refresh')) statuses.push(response.status());
  });
  return statuses;
}

async function untilLength(list: readonly unknown[], length: number, page: Page): Promise<void> {
  while (list.length < length) await page.waitForResponse(() => true);
}

describe('the session of the console', () => {
  it('a wrong password is refused in words, and the right one opens the overview', async () => {
    const page = await open(await browser().visitor());
    await page.locator('#email').fill('admin@gad.local');
    await page.locator('#password').fill('not this one');
    await page.locator('form button[type=submit]').click();
    const alert = page.getByRole('alert').filter({ hasText: /\S/ });
    await alert.waitFor();
    await fillLogin(page, 'admin');
    await overview(page).waitFor();
  });

  it.each(['usuario', 'supervisor'] as const)(
    'a %s learns that the console is for administrators, and no figure is asked for',
    async (role) => {
      const context = await browser().visitor();
      const calls = cacheCalls(context);
      const page = await logIn(context, api.url, role);
      await page.getByText('solo para administradores').waitFor();
      expect(calls).toEqual([]);
    },
  );

  it('tabs, a duplicated one among them, share one sesion, however often its tokens are renewed', async () => {
    const context = await browser().visitor();
    const statuses = renewals(context);
    const first = await logIn(context, api.url);
    await overview(first).waitFor();
    const tabs = [first, await open(context), await duplicateOf(first)];
    for (const tab of tabs) await overview(tab).waitFor();
    await untilLength(statuses, 9, first);
    for (const tab of tabs) {
      expect(await overview(tab).isVisible()).toBe(true);
      await tab.waitForResponse(
        (response) => response.url().includes('/cache/overview') && response.ok(),
      );
    }
    expect([...new Set(statuses)]).toEqual([200]);
  });

  it('tabs that are reloaded at the same moment, as after a restart of the browser, keep their sesion', async () => {
    const context = await browser().visitor();
    const statuses = renewals(context);
    const first = await logIn(context, api.url);
    await overview(first).waitFor();
    const tabs = [first, await open(context), await open(context)];
    for (let round = 0; round < 6; round++) {
      await Promise.all(tabs.map((tab) => overview(tab).waitFor()));
      await Promise.all(tabs.map((tab) => tab.reload()));
    }
    await Promise.all(tabs.map((tab) => overview(tab).waitFor()));
    expect([...new Set(statuses)]).toEqual([200]);
  });

  it('a browser that keeps nothing of a page has a sesion as long as its tab', async () => {
    const context = await browser().visitor();
    await context.addInitScript(() => {
      Object.defineProperty(window, 'localStorage', {
        get: () => {
          throw new DOMException('denied', 'SecurityError');
        },
      });
    });
    const page = await logIn(context, api.url);
    await overview(page).waitFor();
    await page.reload();
    await page.locator('#email').waitFor();
  });

  it('a reload goes on with the sesion, and a logout ends it in every tab', async () => {
    const context = await browser().visitor();
    const first = await logIn(context, api.url);
    await overview(first).waitFor();
    const second = await open(context);
    await overview(second).waitFor();
    await first.reload();
    await overview(first).waitFor();
    await first.getByRole('button', { name: 'Cerrar sesión' }).click();
    await first.getByText('Has cerrado la sesión.').waitFor();
    await second.getByText('La sesión se cerró en otra pestaña.').waitFor();
    expect(await context.storageState()).toMatchObject({
      origins: [
        {
          localStorage: expect.not.arrayContaining([
            expect.objectContaining({ name: expect.stringContaining('session') }),
          ]),
        },
      ],
    });
  });

  it('a role that was withdrawn ends everything on the screen within a poll', async () => {
    const admin = await newUsuario(api, 'admin');
    const page = await open(await browser().visitor());
    await enter(page, admin);
    await overview(page).waitFor();
    const { status } = await api.patch(`/usuarios/${String(admin.id)}`, {
      as: 'admin',
      body: { rol: 'usuario' },
    });
    expect(status).toBe(200);
    await page.getByText('Esta consola es solo para administradores').waitFor();
    expect(await page.locator('nav, .figures, .chart').count()).toBe(0);
  });

  it('a sesion that was ended elsewhere ends here', async () => {
    const context = await browser().visitor();
    const answered = context.waitForEvent('response', (response) =>
      response.url().endsWith('/auth/login'),
    );
    const page = await logIn(context, api.url);
    await overview(page).waitFor();
    const { refresh_token: token } = (await (await answered).json()) as { refresh_token: string };
    // A refresh token that comes back ends its family.
    await api.post('/auth/refresh', { body: { refresh_token: token } });
    await api.post('/auth/refresh', { body: { refresh_token: token } });
    await page.getByText('La sesión ha terminado. Entra de nuevo.').waitFor();
    expect(await page.locator('nav, .figures, .chart').count()).toBe(0);
  });

  it('half an hour without a touch ends the sesion', async () => {
    const context = await browser().visitor();
    const page = await context.newPage();
    await page.clock.install();
    await page.goto(`${api.url}/console/`);
    await fillLogin(page, 'admin');
    await overview(page).waitFor();
    await page.clock.fastForward('29:00');
    await page.keyboard.press('Shift'); // which is handled when it resolves, unlike a wheel
    await page.clock.fastForward('29:00');
    expect(await overview(page).isVisible()).toBe(true);
    await page.clock.fastForward('02:00');
    await page.getByText('La sesión se cerró tras 30 minutos sin actividad.').waitFor();
  });
});
