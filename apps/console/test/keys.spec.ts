import { CacheService } from '@gad/cache';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { TestApi } from '../../api/test/support/api.js';
import { useBrowser } from './support/console.js';
import { logIn } from './support/test-browser.js';

let api: TestApi;
let cache: CacheService;
const browser = useBrowser();
beforeAll(async () => {
  api = await TestApi.start('servers');
  cache = api.app.get(CacheService, { strict: false });
});
beforeEach(() => cache.clear());
afterAll(() => api.stop());

const fill = async (prefix: string, count: number): Promise<void> => {
  for (let n = 0; n < count; n++) await cache.set(`${prefix}${String(n)}`, { n }, { ttl: 600 });
};

const keysLike = async (pattern: string): Promise<number> => {
  const { matched } = await cache.countMatching(pattern);
  return matched;
};

async function openKeys(parameters = ''): Promise<Page> {
  const page = await logIn(await browser().visitor(), api.url);
  await page.locator('main h1').waitFor();
  await page.goto(`${api.url}/console/#/keys${parameters}`);
  await page.getByRole('heading', { level: 1, name: 'Claves' }).waitFor();
  return page;
}

/** Presses Tab until the focused element has such a name. */
async function tabTo(page: Page, name: string): Promise<void> {
  for (let n = 0; n < 80; n++) {
    await page.keyboard.press('Tab');
    const focused = await page.evaluate(() => {
      const { activeElement: element } = document;
      const label =
        element?.id === ''
          ? ''
          : document.querySelector(`label[for="${element?.id ?? ''}"]`)?.textContent;
      return `${element?.textContent ?? ''} ${element?.getAttribute('aria-label') ?? ''} ${label ?? ''}`;
    });
    if (focused.includes(name)) return;
  }
  throw new Error(`Tab does not reach ${name}`);
}

describe('the keys', () => {
  it('a pattern is previewed with its count and keys, and removes what it has named', async () => {
    await fill('prueba:', 25);
    await fill('otra:', 3);
    const page = await openKeys('?pattern=prueba:*');
    await page.getByText('25 claves', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Borrar las que coinciden…' }).click();
    await page.getByRole('button', { name: 'Ver qué se borraría' }).click();
    await page.getByText('25 claves coinciden').waitFor();
    expect(await page.locator('.sample li').count()).toBe(20);
    expect(await keysLike('prueba:*')).toBe(25);
    await page.getByRole('button', { name: 'Borrar 25 claves' }).click();
    await page.getByText('25 claves borradas, las mismas que en la vista previa.').waitFor();
    expect(await keysLike('prueba:*')).toBe(0);
    expect(await keysLike('otra:*')).toBe(3);
    await page.getByRole('button', { name: 'Hecho' }).click();
    await page.getByText('Ninguna clave coincide').waitFor();
  });

  it('a write between preview and removal changes the count, and the console says so', async () => {
    await fill('prueba:', 25);
    const page = await openKeys('?pattern=prueba:*');
    await page.getByRole('button', { name: 'Borrar las que coinciden…' }).click();
    await page.getByRole('button', { name: 'Ver qué se borraría' }).click();
    await page.getByText('25 claves coinciden').waitFor();
    await cache.set('prueba:nueva', 1, { ttl: 600 });
    await page.getByRole('button', { name: 'Borrar 25 claves' }).click();
    await page.getByText('26 claves borradas; la vista previa contó 25.').waitFor();
    expect(await keysLike('prueba:*')).toBe(0);
  });

  it('a level of the tree with more than a hundred names is turned page by page', async () => {
    await fill('rama:', 150);
    const page = await openKeys('?pattern=rama:*');
    const names = page.locator('.tree li');
    await names.nth(99).waitFor();
    expect(await names.count()).toBe(100);
    await page.getByRole('button', { name: 'Siguientes' }).click();
    await names.nth(99).waitFor({ state: 'detached' });
    expect(await names.count()).toBe(50);
    await page.getByRole('button', { name: 'Primeros' }).click();
    await names.nth(99).waitFor();
  });

  it('a pattern that ends inside a number is explained, and another pattern needs another preview', async () => {
    await fill('stats:user:', 21);
    const page = await openKeys();
    await page.getByRole('button', { name: 'Borrar las que coinciden…' }).click();
    const pattern = page.getByLabel('Patrón', { exact: true });
    await pattern.fill('stats:user:2*');
    await page.getByText('También alcanza 20, 21, … 29.').waitFor();
    await page.getByRole('button', { name: 'Ver qué se borraría' }).click();
    await page.getByText('2 claves coinciden').waitFor();
    await pattern.fill('stats:*');
    expect(await page.getByRole('button', { name: /^Borrar 0/ }).isDisabled()).toBe(true);
    await page.keyboard.press('Escape');
    await page.locator('dialog').waitFor({ state: 'detached' });
    expect(await keysLike('stats:*')).toBe(21);
  });

  it('the whole removal is done by keyboard alone, and a stray Enter confirms nothing', async () => {
    await fill('teclado:', 3);
    const page = await openKeys();
    await page.keyboard.press('/');
    await page.keyboard.type('teclado:*');
    await page.keyboard.press('Enter');
    await page.getByText('3 claves', { exact: true }).waitFor();
    await page.locator('main').focus();
    await tabTo(page, 'Borrar las que coinciden');
    await page.keyboard.press('Enter');
    await page.locator('dialog h2').waitFor();
    await page.keyboard.press('Enter');
    expect(await keysLike('teclado:*')).toBe(3);
    await tabTo(page, 'Ver qué se borraría');
    await page.keyboard.press('Enter');
    await page.getByText('3 claves coinciden').waitFor();
    expect(await keysLike('teclado:*')).toBe(3);
    await tabTo(page, 'Borrar 3 claves');
    await page.keyboard.press('Space');
    await page.getByText('3 claves borradas').waitFor();
    expect(await keysLike('teclado:*')).toBe(0);
    await page.keyboard.press('Escape');
    await page.locator('dialog').waitFor({ state: 'detached' });
    const focused = await page.evaluate(() => document.activeElement?.textContent);
    expect(focused).toContain('Borrar las que coinciden');
  });

  it('one key is looked at, its value on demand only, and removed', async () => {
    await cache.set('una:clave', { total: 45, lista: [1, 2] }, { ttl: 600 });
    const page = await openKeys();
    await page.getByRole('button', { name: 'una:clave' }).click();
    const drawer = page.locator('dialog.drawer');
    await drawer.getByText('Leerlo queda registrado en la auditoría.').waitFor();
    expect(await drawer.getByText('total').count()).toBe(0);
    await drawer.getByRole('button', { name: 'Leer el valor' }).click();
    await drawer.getByText('45', { exact: true }).waitFor();
    await drawer.getByRole('button', { name: 'Borrar esta clave…' }).click();
    await page.getByRole('button', { name: 'Borrar la clave' }).click();
    await page.getByText('La clave se borró.').waitFor();
    expect(await keysLike('una:*')).toBe(0);
  });

  it('hostile names and values are text', async () => {
    const image = '<img src=x onerror="document.title=1">';
    const names = [image, '__proto__', `al-reves-\u202eabc`, `${'k'.repeat(490)}`, 'a/b?c#d%20e'];
    for (const name of names)
      await cache.set(name, { [image]: image, ['__proto__']: 1 }, { ttl: 600 });
    const page = await openKeys();
    await page.getByText('5 claves', { exact: true }).waitFor();
    await page.getByText('al-reves-⟨202E⟩abc').first().waitFor();
    for (const name of names) {
      await page.goto(`${api.url}/console/#/keys?${new URLSearchParams({ key: name }).toString()}`);
      const drawer = page.locator('dialog.drawer');
      await drawer.getByRole('button', { name: 'Leer el valor' }).click();
      await drawer.locator('.value-tree .name:visible').first().waitFor();
      expect(await page.locator('main img[src=x], dialog img[src=x]').count()).toBe(0);
      expect(await page.title()).not.toBe('1');
      await page.keyboard.press('Escape');
      await drawer.waitFor({ state: 'detached' });
    }
  });
});
