import { rm } from 'node:fs/promises';
import stopServers from './global-teardown.mjs';

export default async function tearDown() {
  await stopServers();
  const folder = process.env.API_DEMO_DATA;
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
}
