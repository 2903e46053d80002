import { fileURLToPath } from 'node:url';
import { buildConsole } from '../../tools/build-console.mjs';
import setUpApi from './e2e-setup.mjs';

/** jest's global set-up of the console's tests: that of the API, a browser, and the console of now. */
export default async function setUp() {
  await setUpApi();
  const { findChromium } = await import('./chromium.ts');
  process.env.CHROMIUM_PROGRAM = await findChromium();
  await buildConsole(fileURLToPath(new URL('../..', import.meta.url)));
}
