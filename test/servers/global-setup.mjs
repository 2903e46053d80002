import '../../tools/typescript.mjs';

/** jest's global set-up: runs once, and only when a project that names it has a test to run. */
export default async function setUp() {
  const { startRunServers } = await import('./run-servers.ts');
  await startRunServers();
}
