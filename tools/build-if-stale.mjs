/**
 * Builds the API and the console when `dist` is missing or older than what it was made from, and is silent when it
 * is not: `npm start` is the same command on the first day and on every other.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const RESULTS = ['dist/server/main.js', 'dist/console/index.html'];
const MARKER = 'dist/.built';
const INPUTS = [
  'apps/api/src',
  'apps/api/tsconfig.app.json',
  'apps/console/index.html',
  'apps/console/src',
  'libs/cache/src',
  'libs/cache-postgres/src',
  'nest-cli.json',
  'tools/build-console.mjs',
  'tools/bundle.mjs',
  'tsconfig.json',
  'package-lock.json',
];

/** Whether the build under a root is missing or older than its inputs. */
export function isStale(root) {
  if (RESULTS.some((path) => modifiedAt(join(root, path)) === undefined)) return true;
  const built = modifiedAt(join(root, MARKER));
  const changed = newest(INPUTS.map((path) => join(root, path)));
  // Where only the build was delivered, it is what there is.
  if (changed === undefined) return false;
  return built === undefined || changed > built;
}

function newest(paths) {
  const times = paths.flatMap((path) => {
    const time = modifiedAt(path);
    if (time === undefined) return [];
    if (!statSync(path).isDirectory()) return [time];
    // A folder's own time changes when a file in it is removed.
    return [time, newest(readdirSync(path).map((name) => join(path, name))) ?? time];
  });
  return times.length === 0 ? undefined : Math.max(...times);
}

function modifiedAt(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs;
}

async function build(root) {
  process.stderr.write('building (the sources are newer than dist) …\n');
  const begin = new Date();
  // The Nest CLI leaves an import alone that `require` resolves: the application would run with the
  // library as it was last packed.
  for (const library of ['cache', 'cache-postgres']) {
    rmSync(join(root, 'libs', library, 'dist'), { recursive: true, force: true });
  }
  const nest = join(root, 'node_modules', '@nestjs', 'cli', 'bin', 'nest.js');
  const { status } = spawnSync(process.execPath, [nest, 'build'], { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
  const { bundleServer } = await import('./bundle.mjs');
  await bundleServer(root);
  const { buildConsole } = await import('./build-console.mjs');
  await buildConsole(root);
  // With the time before the build, so that a file saved during it makes it stale.
  writeFileSync(join(root, MARKER), `${begin.toISOString()}\n`);
  utimesSync(join(root, MARKER), begin, begin);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const root = fileURLToPath(new URL('..', import.meta.url));
  if (process.argv.includes('--force') || isStale(root)) await build(root);
}
