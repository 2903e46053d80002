import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { compile, SOURCES } from './typescript-sources.mjs';

/** Finds the `.ts` file behind an import that names the `.js` file of the build. */
export async function resolve(specifier, context, nextResolve) {
  const source = SOURCES[specifier];
  if (source !== undefined) return { url: source, shortCircuit: true };
  if (/^\.{1,2}\/.*\.js$/.test(specifier) && context.parentURL?.endsWith('.ts')) {
    const url = new URL(specifier.replace(/\.js$/, '.ts'), context.parentURL);
    if (existsSync(url)) return { url: url.href, shortCircuit: true };
  }
  return nextResolve(specifier, context);
}

export async function load(url, context, nextLoad) {
  if (!url.startsWith('file:') || !url.endsWith('.ts')) return nextLoad(url, context);
  return { format: 'module', source: await compile(fileURLToPath(url)), shortCircuit: true };
}
