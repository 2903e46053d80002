/**
 * Can it be installed? Packs the libraries, installs the tarballs into projects outside of the
 * repository as a user would, and compiles, starts, tests and bundles them. Starts a Redis and a
 * PostgreSQL of its own; needs the npm registry. Ends with 1 if a square of the matrix fails.
 *
 *   npm run verify:package -- [--some] [--only <regular expression>] [--keep]
 *
 * `--some`: what a change must pass, within three minutes. `--keep`: leaves the projects.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startPostgres } from '../../test/servers/postgres-server.js';
import { startRedis } from '../../test/servers/redis-server.js';
import { npm, packLibrary } from '../../tools/pack-library.mjs';
import { AppFolder } from './app-folder.js';
import type { Cell, Surroundings } from './cell.js';
import { nestCells, NEST_VERSIONS } from './nest-cells.js';
import { plainCells, typeCells } from './other-cells.js';
import { outboxCells } from './outbox-cells.js';
import { quickStartCells } from './quick-start-cells.js';
import { suiteCells } from './suite-cells.js';

const { values } = parseArgs({
  options: {
    some: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    keep: { type: 'boolean', default: false },
  },
});

if (values.some && !registryAnswers()) {
  console.log('not run: the npm registry cannot be reached, and users install from it');
  process.exit(0);
}
const root = await mkdtemp(join(tmpdir(), 'gad-matrix-'));
const [redis, postgres] = await Promise.all([startRedis(), startPostgres()]);
try {
  const folder = (name: string): AppFolder => new AppFolder(join(root, name));
  const { path: tarball } = packLibrary(root);
  const { path: outboxTarball } = packLibrary(root, 'cache-postgres');
  const nodes = await nodeVersions(folder('node'));
  const urls = { redisUrl: redis.url, databaseUrl: postgres.url };
  process.exitCode = await judge(cellsOf({ tarball, outboxTarball, ...urls, nodes, folder }));
} finally {
  await Promise.all([redis.stop(), postgres.stop()]);
  if (values.keep) console.log(root);
  else await rm(root, { recursive: true, force: true });
}

function registryAnswers(): boolean {
  try {
    npm(['view', 'fastify', 'version', '--fetch-retries=0', '--fetch-timeout=10000']);
    return true;
  } catch {
    return false;
  }
}

function cellsOf(around: Surroundings): Cell[] {
  const cells = values.some
    ? [...plainCells(around), ...outboxCells(around), ...nestCells('11', around, true)]
    : [
        ...plainCells(around),
        ...outboxCells(around),
        ...typeCells(around),
        ...quickStartCells(around),
        ...suiteCells(around),
        ...NEST_VERSIONS.flatMap((version) => nestCells(version, around, false)),
      ];
  const wanted = new RegExp(values.only);
  return cells.filter(({ name }) => wanted.test(name));
}

/** This Node.js, and what the registry offers of the other lines. */
async function nodeVersions(app: AppFolder): Promise<ReadonlyMap<string, string>> {
  const nodes = new Map([[`Node ${process.version}`, process.execPath]]);
  if (values.some) return nodes;
  await app.create({ name: 'node', private: true });
  for (const line of ['20', '22', '24']) {
    if (process.version.startsWith(`v${line}.`)) continue;
    app.install([`node${line}@npm:node@${line}`], { scripts: true });
    const node = join(app.path, `node_modules/node${line}/bin/node`);
    const version = (await app.run('-p', ['process.version'], { node })).trim();
    nodes.set(`Node ${version}`, node);
  }
  return nodes;
}

/** Runs all squares, prints one line for each, and returns the exit code. */
async function judge(cells: readonly Cell[]): Promise<number> {
  let failed = 0;
  for (const { name, run } of cells) {
    const begin = performance.now();
    const fault = await run().then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    const seconds = ((performance.now() - begin) / 1000).toFixed(1).padStart(6);
    console.log(`${fault === undefined ? 'ok    ' : 'FAILED'} ${seconds} s  ${name}`);
    if (fault === undefined) continue;
    failed++;
    console.log(fault.replace(/^/gm, '        '));
  }
  console.log(`${cells.length - failed} of ${cells.length} squares are supported`);
  return failed === 0 && cells.length > 0 ? 0 : 1;
}
