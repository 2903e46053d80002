import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { transform } from '@swc/core';

const root = new URL('..', import.meta.url);
const sources = {
  '@gad/cache': new URL('libs/cache/src/index.ts', root).href,
  '@gad/cache/engine': new URL('libs/cache/src/engine.ts', root).href,
  '@gad/cache/store': new URL('libs/cache/src/store.ts', root).href,
  '@gad/cache/transactions': new URL('libs/cache/src/transactions.ts', root).href,
  '@gad/cache/testing': new URL('libs/cache/src/testing/index.ts', root).href,
  '@gad/cache-postgres': new URL('libs/cache-postgres/src/index.ts', root).href,
};

/** Finds the `.ts` file behind an import that names the `.js` file of the build. */
export async function resolve(specifier, context, nextResolve) {
  const source = sources[specifier];
  if (source !== undefined) return { url: source, shortCircuit: true };
  if (/^\.{1,2}\/.*\.js$/.test(specifier) && context.parentURL?.endsWith('.ts')) {
    const url = new URL(specifier.replace(/\.js$/, '.ts'), context.parentURL);
    if (existsSync(url)) return { url: url.href, shortCircuit: true };
  }
  return nextResolve(specifier, context);
}

export async function load(url, context, nextLoad) {
  if (!url.startsWith('file:') || !url.endsWith('.ts')) return nextLoad(url, context);
  const filename = fileURLToPath(url);
  const { code } = await transform(await readFile(filename, 'utf8'), {
    filename,
    cwd: fileURLToPath(root),
    sourceMaps: 'inline',
  });
  return { format: 'module', source: code, shortCircuit: true };
}
