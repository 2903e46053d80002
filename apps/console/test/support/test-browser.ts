import axe from 'axe-core';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';

/** Of the demo usuarios. */
export const PASSWORD = 'gad-demo';

type Role = 'admin' | 'supervisor' | 'usuario';

export interface Visit {
  readonly locale?: 'es-AR' | 'en-GB';
  readonly colorScheme?: 'light' | 'dark';
  readonly width?: number;
}

/** A browser with what every test has to look at: what its pages were not allowed, and what broke. */
export class TestBrowser {
  readonly #contexts: BrowserContext[] = [];
  readonly #complaints: string[] = [];

  constructor(private readonly browser: Browser) {}

  /** A visitor with a storage of their own. */
  async visitor({
    locale = 'es-AR',
    colorScheme = 'light',
    width = 1440,
  }: Visit = {}): Promise<BrowserContext> {
    const context = await this.browser.newContext({
      locale,
      colorScheme,
      timezoneId: 'America/Argentina/Buenos_Aires',
      viewport: { width, height: width < 600 ? 844 : 900 },
      reducedMotion: 'reduce',
    });
    await context.exposeFunction('complain', (text: string) => this.#complaints.push(text));
    await context.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (event) => {
        const { effectiveDirective, blockedURI, sample } = event;
        const { complain } = window as unknown as { complain: (text: string) => void };
        complain(`${effectiveDirective} ${blockedURI} ${sample}`);
      });
    });
    context.on('weberror', (error) => this.#complaints.push(String(error.error())));
    context.setDefaultTimeout(25_000);
    this.#contexts.push(context);
    return context;
  }

  /** Ends the visits. @throws Error with what their pages complained of */
  async endVisits(): Promise<void> {
    await Promise.all(this.#contexts.splice(0).map((context) => context.close()));
    const complaints = this.#complaints.splice(0);
    if (complaints.length > 0) throw new Error(`Pages complained: ${complaints.join('; ')}`);
  }

  close(): Promise<void> {
    return this.browser.close();
  }
}

/** The browser that the run's set-up has found. */
export async function launch(): Promise<TestBrowser> {
  const executablePath = process.env['CHROMIUM_PROGRAM'] ?? '';
  const isRoot = process.getuid?.() === 0;
  const args = ['--disable-dev-shm-usage', ...(isRoot ? ['--no-sandbox'] : [])];
  return new TestBrowser(await chromium.launch({ executablePath, args }));
}

/** Opens the console and logs in by its form. */
export async function logIn(
  context: BrowserContext,
  url: string,
  role: Role = 'admin',
): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`${url}/console/`);
  await fillLogin(page, role);
  return page;
}

/** Fills the form of the login in and sends it. */
export async function fillLogin(page: Page, role: Role): Promise<void> {
  await page.locator('#email').fill(`${role}@gad.local`);
  await page.locator('#password').fill(PASSWORD);
  await page.locator('form button[type=submit]').click();
}

const STANDARDS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
/** The rules that colours alone can break. */
const COLOUR_RULES = ['color-contrast', 'link-in-text-block'];

/**
 * What axe finds on a page, by its rule and the elements.
 *
 * @param what `colours` after a change of nothing else
 */
export async function axeFindings(
  page: Page,
  what: 'everything' | 'colours' = 'everything',
): Promise<string[]> {
  const isThere = await page.evaluate(() => 'axe' in window);
  if (!isThere) await page.evaluate(axe.source);
  const { violations } = await page.evaluate(
    async (runOnly) => {
      const { axe: injected } = window as unknown as { axe: typeof axe };
      return injected.run(document, {
        runOnly,
        // What names the elements is their HTML; the style sheets are the page's own.
        ...{ resultTypes: ['violations'], selectors: false, iframes: false, preload: false },
      });
    },
    what === 'everything' ? STANDARDS : COLOUR_RULES,
  );
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}
