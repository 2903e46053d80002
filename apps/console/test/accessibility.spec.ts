import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { TestApi } from '../../api/test/support/api.js';
import { useBrowser } from './support/console.js';
import { axeFindings, fillLogin, logIn } from './support/test-browser.js';

const SCREENS = [
  ...['', 'keys', 'keys?key=stats:user:2:days:30', 'invalidations', 'hot', 'fleet'],
  ...['doctor', 'warming', 'audit'],
];
const WIDTHS = [1440, 390];

let api: TestApi;
const browser = useBrowser();
beforeAll(async () => {
  api = await TestApi.start('servers');
  for (const days of [7, 30, 90]) {
    for (const role of ['usuario', 'supervisor'] as const) {
      await api.get(`/stats/user/2?days=${String(days)}`, {
        as: role === 'usuario' ? 'usuario' : 'admin',
      });
    }
  }
  await api.post('/cache/invalidate/stats:user:2:days:90', { as: 'admin' });
});
afterAll(() => api.stop());

describe('accessibility of every screen', () => {
  it('axe finds nothing on any screen, and none scrolls sideways, in both languages, widths and themes', async () => {
    const found = await Promise.all((['es-AR', 'en-GB'] as const).map(findingsIn));
    expect(found.flat()).toEqual([]);
  });

  it('the colours of the charts have contrast on their ground in both themes', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const page = await logIn(await browser().visitor({ colorScheme }), api.url);
      await page.locator('main h1').waitFor();
      const contrasts = await page.evaluate(contrastsOfCharts);
      const weak = contrasts.filter(({ ratio, least }) => ratio < least);
      expect({ colorScheme, weak, seen: contrasts.length }).toEqual({
        colorScheme,
        weak: [],
        seen: 6,
      });
    }
  });
});

/** What is wrong in a language: on the login and every screen, in both widths and themes. */
async function findingsIn(locale: 'es-AR' | 'en-GB'): Promise<string[]> {
  const context = await browser().visitor({ locale });
  const page = await context.newPage();
  await page.goto(`${api.url}/console/`);
  await page.locator('#email').waitFor();
  const found = await findingsOf(page, `${locale} login`);
  await fillLogin(page, 'admin');
  await page.locator('main h1').waitFor();
  for (const screen of SCREENS) {
    await page.goto(`${api.url}/console/#/${screen}`);
    await page.locator('main h1').waitFor();
    await page.locator('.skeleton').first().waitFor({ state: 'detached' });
    found.push(...(await findingsOf(page, `${locale} ${screen}`)));
  }
  return found;
}

async function findingsOf(page: Page, name: string): Promise<string[]> {
  const found: string[] = [];
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: width < 600 ? 844 : 900 });
    await page.emulateMedia({ colorScheme: 'light' });
    const everything = await axeFindings(page);
    const sideways = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    await page.emulateMedia({ colorScheme: 'dark' });
    // The dark theme differs from the light one by its colours only.
    const colours = await axeFindings(page, 'colours');
    const wrong = [...everything, ...colours.map((each) => `dark ${each}`)];
    if (sideways !== 0) wrong.push(`scrolls sideways by ${String(sideways)}`);
    found.push(...wrong.map((each) => `${name} ${String(width)}: ${each}`));
  }
  return found;
}

/** Runs in the page: the contrast of each colour that is drawn on a canvas with the card under it. */
function contrastsOfCharts(): { token: string; ratio: number; least: number }[] {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  if (canvas === null) throw new Error('no canvas');
  const luminance = (token: string): number => {
    const probe = document.createElement('span');
    probe.style.color = `var(${token})`;
    document.body.append(probe);
    canvas.fillStyle = getComputedStyle(probe).color;
    probe.remove();
    canvas.fillRect(0, 0, 1, 1);
    const [red = 0, green = 0, blue = 0] = [...canvas.getImageData(0, 0, 1, 1).data].map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const ground = luminance('--surface');
  const ratioOf = (token: string): number => {
    const own = luminance(token);
    return (Math.max(own, ground) + 0.05) / (Math.min(own, ground) + 0.05);
  };
  const lines = ['hit', 'local', 'stale', 'miss', 'bypass'].map((name) => `--chart-${name}`);
  return [
    { token: '--muted', ratio: ratioOf('--muted'), least: 4.5 },
    ...lines.map((token) => ({ token, ratio: ratioOf(token), least: 3 })),
  ];
}
