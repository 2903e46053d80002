import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { OpenAPIObject } from '@nestjs/swagger';
import { TestApi } from '../../api/test/support/api.js';
import { apiTypes, SCHEMA_FILE } from './api-types.js';

let api: TestApi;
beforeAll(async () => {
  api = await TestApi.start('embedded');
});
afterAll(() => api.stop());

it('the types of the console are those of the served document (npm run console:types)', async () => {
  const { body } = await api.get('//docs-json');
  const served = { ...(body as OpenAPIObject), servers: [] };
  expect(await apiTypes(served)).toBe(await readFile(SCHEMA_FILE, 'utf8'));
});
