import { afterAll, afterEach, beforeAll } from '@jest/globals';
import { launch, type TestBrowser } from './test-browser.js';

/** Opens a browser for the tests of a suite; each of them ends with a look at what it complained of. */
export function useBrowser(): () => TestBrowser {
  let open: TestBrowser | undefined;
  beforeAll(async () => {
    open = await launch();
  }, 60_000);
  afterEach(async () => {
    await open?.endVisits();
  });
  afterAll(async () => {
    await open?.close();
  });
  return () => {
    if (open === undefined) throw new Error('the browser did not start');
    return open;
  };
}
