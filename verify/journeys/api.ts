import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp } from '../../apps/api/src/create-app.js';

/** The API in this process, on the embedded default, with statistics that are already cached. */
export interface JourneyApi {
  readonly readStatistics: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

export async function startApi(): Promise<JourneyApi> {
  const dataDir = await mkdtemp(join(tmpdir(), 'gad-journeys-'));
  const app = await createApp({
    NODE_ENV: 'test',
    LOG_LEVEL: 'error',
    DATA_DIR: dataDir,
    DEMO_DATA: 'true',
    CACHE_DEADLINE_MS: '10000',
  });
  await app.listen(0, '127.0.0.1');
  const url = `${await app.getUrl()}/api/v1`;
  const login = await fetch(`${url}/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: 'usuario@gad.local', password: 'gad-demo' }),
  });
  // The API's own contract.
  const { access_token: token } = (await login.json()) as { access_token: string };
  const headers = { authorization: `Bearer ${token}` };
  const readStatistics = async (): Promise<void> => {
    const response = await fetch(`${url}/stats/user/2?days=30`, { headers });
    if (!response.ok) throw new Error(`statistics answered ${response.status}`);
    await response.arrayBuffer();
  };
  await readStatistics();
  const stop = async (): Promise<void> => {
    await app.close();
    await rm(dataDir, { recursive: true, force: true });
  };
  return { readStatistics, stop };
}
