import '../../tools/typescript.mjs';

export default async function tearDown() {
  const { stopRunServers } = await import('./run-servers.ts');
  await stopRunServers();
}
