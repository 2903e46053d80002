/**
 * Makes pictures of every screen against an API of its own with real traffic:
 *
 *   npm run console:screenshots -- [--minutes <traffic before>] [--all] [--out <folder>]
 *
 * Without `--all` the pictures of the documentation; with it every screen, light and dark, 1440 and 390
 * pixels, Spanish and English.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildConsole } from '../../../tools/build-console.mjs';
import { findChromium } from '../../../test/servers/chromium.js';
import { startPostgres } from '../../../test/servers/postgres-server.js';
import { startRedis } from '../../../test/servers/redis-server.js';
import { startApiProcess } from '../../api/test/support/api-process.js';
import { launch, logIn, type Visit } from './support/test-browser.js';
import { Traffic } from './support/traffic.js';

const SCREENS = {
  overview: '',
  keys: 'keys',
  key: 'keys?key=stats:user:2:days:30',
  invalidations: 'invalidations',
  hot: 'hot',
  fleet: 'fleet',
  doctor: 'doctor',
  warming: 'warming',
  audit: 'audit',
} as const;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '15' },
    all: { type: 'boolean', default: false },
    out: { type: 'string', default: 'docs/console' },
  },
});

const looks: Visit[] = values.all
  ? (['es-AR', 'en-GB'] as const).flatMap((locale) =>
      (['light', 'dark'] as const).flatMap((colorScheme) =>
        [1440, 390].map((width) => ({ locale, colorScheme, width })),
      ),
    )
  : [{ locale: 'es-AR', colorScheme: 'light', width: 1440 }];

process.env['CHROMIUM_PROGRAM'] = await findChromium();
await buildConsole(process.cwd());
const redis = await startRedis();
const postgres = await startPostgres();
const settings = {
  REDIS_URL: redis.url,
  DATABASE_URL: await postgres.createDatabase('pictures'),
  CACHE_LOG_LEVEL: 'off',
  CACHE_LOCAL: 'true',
  // A token of one process is good at the other.
  JWT_SECRET: 'pictures-of-the-console-and-nothing-else',
};
const apis = [await startApiProcess(settings), await startApiProcess(settings)];
const browser = await launch();
try {
  await mkdir(values.out, { recursive: true });
  const traffic = await Traffic.start(apis.map(({ url }) => url));
  await traffic.run(Number(values.minutes) * 60_000);
  const background = traffic.run(Infinity);
  for (const look of looks) await takeAll(look);
  traffic.stop();
  await background;
} finally {
  await browser.close();
  for (const api of apis) await api.dispose();
  await postgres.stop();
  await redis.stop();
}

async function takeAll(look: Visit): Promise<void> {
  const context = await browser.visitor(look);
  const url = apis[0]?.url ?? '';
  const page = await logIn(context, url);
  await page.locator('main h1').waitFor();
  for (const [name, address] of Object.entries(SCREENS)) {
    await page.goto(`${url}/console/#/${address}`);
    await page.locator('main h1').waitFor();
    await page.locator('.skeleton').first().waitFor({ state: 'detached' });
    // One more answer, so that what differs between two is there.
    await page.waitForTimeout(values.all ? 1_000 : 3_000);
    const { locale = '', colorScheme = '', width = 0 } = look;
    const suffix = values.all ? `-${locale.slice(0, 2)}-${colorScheme}-${String(width)}` : '';
    await page.screenshot({
      path: join(values.out, `${name}${suffix}.png`),
      fullPage: !address.includes('key='),
    });
  }
  await browser.endVisits();
}
