/**
 * Packs the library as npm would publish it, and checks the package: publint reads its manifest,
 * attw resolves the types of each door as a user's compiler would.
 *
 *   node tools/check-package.mjs
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';

const root = fileURLToPath(new URL('..', import.meta.url));
const library = join(root, 'libs/cache');

/** ES modules only, which is documented: `require` and resolution without `exports` do not count. */
const RESOLUTIONS = ['node16-esm', 'bundler'];

rmSync(join(library, 'dist'), { recursive: true, force: true });
run(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'libs/cache/tsconfig.lib.json']);
const tarball = pack();
const faults = [...(await lintManifest(tarball)), ...(await resolveTypes(tarball))];
for (const fault of faults) process.stdout.write(`${fault}\n`);
process.exitCode = faults.length === 0 ? 0 : 1;

function pack() {
  const folder = join(root, '.tmp/package');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const npm = process.env.npm_execpath ?? join(process.execPath, '../npm');
  const [command, args] = npm.endsWith('.js') ? [process.execPath, [npm]] : [npm, []];
  const list = run(command, [...args, 'pack', '--json', '--pack-destination', folder, library]);
  const [{ filename }] = Object.values(JSON.parse(list));
  return readFileSync(join(folder, filename));
}

async function lintManifest(tarball) {
  const bytes = tarball.buffer.slice(tarball.byteOffset, tarball.byteOffset + tarball.byteLength);
  const { messages, pkg } = await publint({ pack: { tarball: bytes }, level: 'warning' });
  return messages.map((message) => `publint: ${formatMessage(message, pkg, { color: false })}`);
}

async function resolveTypes(tarball) {
  const result = await checkPackage(createPackageFromTarballData(new Uint8Array(tarball)));
  if (result.types === false) return ['attw: the package has no types'];
  const doors = Object.keys(
    JSON.parse(readFileSync(join(library, 'package.json'), 'utf8')).exports,
  );
  if (Object.keys(result.entrypoints).length !== doors.length) return ['attw: a door is missing'];
  return result.problems
    .filter(
      ({ resolutionKind }) => resolutionKind === undefined || RESOLUTIONS.includes(resolutionKind),
    )
    .map((problem) => `attw: ${JSON.stringify(problem)}`);
}

function run(command, args) {
  return execFileSync(command, args, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 26 });
}
