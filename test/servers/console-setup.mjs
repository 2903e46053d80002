import '../../tools/typescript.mjs';
import { fileURLToPath } from 'node:url';
import { buildConsole } from '../../tools/build-console.mjs';

/** jest's global set-up of the console's tests: the servers, a browser, and the console of now. */
export default async function setUp() {
  const { startRunServers } = await import('./run-servers.ts');
  const { findChromium } = await import('./chromium.ts');
  await startRunServers();
  process.env.CHROMIUM_PROGRAM = await findChromium();
  await buildConsole(fileURLToPath(new URL('../..', import.meta.url)));
}
