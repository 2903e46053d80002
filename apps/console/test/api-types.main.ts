/**
 * Writes the types of the API that the console uses:
 *
 *   npm run console:types
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp } from '../../api/src/create-app.js';
import { apiDocument } from '../../api/src/openapi/api-document.js';
import { apiTypes, SCHEMA_FILE } from './api-types.js';

const dataDir = await mkdtemp(join(tmpdir(), 'gad-types-'));
const app = await createApp({
  NODE_ENV: 'test',
  LOG_LEVEL: 'error',
  DATA_DIR: dataDir,
  DEMO_DATA: 'false',
});
try {
  await app.init();
  await writeFile(SCHEMA_FILE, await apiTypes(apiDocument(app)));
} finally {
  await app.close();
  await rm(dataDir, { recursive: true, force: true });
}
