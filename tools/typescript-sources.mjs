import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { transform } from '@swc/core';

const root = new URL('..', import.meta.url);
const source = (path) => new URL(path, root).href;

/** The source behind each door of the libraries. */
export const SOURCES = {
  '@gad/cache': source('libs/cache/src/index.ts'),
  '@gad/cache/engine': source('libs/cache/src/engine.ts'),
  '@gad/cache/store': source('libs/cache/src/store.ts'),
  '@gad/cache/transactions': source('libs/cache/src/transactions.ts'),
  '@gad/cache/testing': source('libs/cache/src/testing/index.ts'),
  '@gad/cache-postgres': source('libs/cache-postgres/src/index.ts'),
};

/** JavaScript of a source, by the tests' own compiler, with its map inside. */
export async function compile(filename) {
  const { code } = await transform(await readFile(filename, 'utf8'), {
    filename,
    cwd: fileURLToPath(root),
    sourceMaps: 'inline',
  });
  return code;
}
