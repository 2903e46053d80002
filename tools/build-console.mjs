/**
 * Builds the console into `dist/console`, compresses its files, and fails when a browser would have to
 * load more than the budget:
 *
 *   node tools/build-console.mjs [--if-missing] [--watch]
 */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { build } from 'vite';

const OUT = 'dist/console';

/** Bytes after gzip, of all files with such an ending together. */
const BUDGETS = { '.js': 90_000, '.css': 12_000 };

/** Files that compress well. */
const TEXTS = /\.(?:js|css|html|svg)$/;

/** @param root of the repository */
export async function buildConsole(root, { watch = false } = {}) {
  const out = join(root, OUT);
  await build({
    root: join(root, 'apps/console'),
    configFile: false,
    // The page finds its files beside itself, also behind a proxy with a path prefix.
    base: './',
    logLevel: 'warn',
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    build: {
      outDir: out,
      emptyOutDir: true,
      // Nothing is inlined: the Content-Security-Policy allows no data: URLs.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
      target: ['chrome123', 'firefox120', 'safari17.5'],
      watch: watch ? {} : null,
    },
  });
  if (watch) return;
  const excess = excessOf(filesBelow(out));
  if (excess.length > 0) {
    rmSync(out, { recursive: true });
    throw new Error(`The console is too large: ${excess.join('; ')}`);
  }
  for (const file of filesBelow(out).filter((path) => TEXTS.test(path))) {
    const content = readFileSync(file);
    writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }));
    writeFileSync(`${file}.br`, brotliCompressSync(content));
  }
}

/** What is above its budget, in words. */
export function excessOf(files) {
  return Object.entries(BUDGETS).flatMap(([ending, budget]) => {
    const sizes = files
      .filter((file) => file.endsWith(ending))
      .map((file) => gzipSync(readFileSync(file), { level: 9 }).byteLength);
    const sum = sizes.reduce((total, size) => total + size, 0);
    return sum <= budget ? [] : [`${ending} files have ${sum} bytes of at most ${budget}`];
  });
}

function filesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const isThere = existsSync(join(root, OUT, 'index.html'));
  const watch = process.argv.includes('--watch');
  if (!(process.argv.includes('--if-missing') && isThere)) await buildConsole(root, { watch });
}
