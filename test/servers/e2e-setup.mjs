import { fileURLToPath } from 'node:url';
import { buildForTests } from '../../tools/build-if-stale.mjs';
import startServers from './global-setup.mjs';

/** jest's global set-up of the API's tests: the servers, the API's commands, an embedded database. */
export default async function setUp() {
  await startServers();
  process.env.API_PROGRAMS = await buildForTests(fileURLToPath(new URL('../..', import.meta.url)));
  const { makeDemoData, makeDemoDatabase } =
    await import('../../apps/api/test/support/data-folder.ts');
  const [folder, database] = await Promise.all([
    process.env.API_DEMO_DATA ?? makeDemoData(),
    process.env.API_DEMO_DATABASE ?? makeDemoDatabase(),
  ]);
  Object.assign(process.env, { API_DEMO_DATA: folder, API_DEMO_DATABASE: database });
}
