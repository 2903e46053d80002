/**
 * Builds the API and the console when `dist` is missing or older than what it was made from, and is silent when it
 * is not: `npm start` is the same command on the first day and on every other.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const SERVER_INPUTS = [
  ...['apps/api/src', 'libs/cache/src', 'libs/cache-postgres/src'],
  ...['tools/bundle.mjs', 'tools/trim-source-map.mjs', 'package-lock.json'],
];
const BUILD = {
  results: ['dist/server/main.js', 'dist/console/index.html'],
  marker: 'dist/.built',
  inputs: [
    ...SERVER_INPUTS,
    ...['apps/console/index.html', 'apps/console/src', 'tools/build-console.mjs'],
    ...['apps/api/tsconfig.app.json', 'nest-cli.json', 'tsconfig.json'],
  ],
};
const TEST_BUILD = {
  results: ['dist/test-server/main.js'],
  marker: 'dist/test-server/.built',
  inputs: [...SERVER_INPUTS, 'verify/faults/preload.ts', 'tools/typescript-sources.mjs', '.swcrc'],
};

/** Whether a build under a root is missing or older than its inputs. */
export function isStale(root, { results, marker, inputs } = BUILD) {
  if (results.some((path) => modifiedAt(join(root, path)) === undefined)) return true;
  const built = modifiedAt(join(root, marker));
  const changed = newest(inputs.map((path) => join(root, path)));
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
  mark(join(root, BUILD.marker), begin);
}

/** The commands of the API for the children of tests. @returns the folder that has them */
export async function buildForTests(root) {
  if (isStale(root, TEST_BUILD)) {
    const begin = new Date();
    const { bundleForTests } = await import('./bundle.mjs');
    await bundleForTests(root);
    mark(join(root, TEST_BUILD.marker), begin);
  }
  return dirname(join(root, TEST_BUILD.marker));
}

/** With the time before the build, so that a file saved during it makes it stale. */
function mark(marker, begin) {
  writeFileSync(marker, `${begin.toISOString()}\n`);
  utimesSync(marker, begin, begin);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const root = fileURLToPath(new URL('..', import.meta.url));
  if (process.argv.includes('--force') || isStale(root)) await build(root);
}
