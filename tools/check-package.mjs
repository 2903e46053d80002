/**
 * Packs each library as npm would publish it, and checks the package: publint reads its manifest,
 * attw resolves the types of each door as users' compilers would, CommonJS and Node 10 included.
 *
 *   node tools/check-package.mjs
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { packLibrary } from './pack-library.mjs';

const folder = mkdtempSync(join(tmpdir(), 'gad-package-'));
try {
  for (const name of ['cache', 'cache-postgres']) {
    const tarball = readFileSync(packLibrary(folder, name).path);
    const faults = [...(await lintManifest(tarball)), ...(await resolveTypes(tarball, name))];
    for (const fault of faults) process.stdout.write(`${name}: ${fault}\n`);
    if (faults.length > 0) process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function lintManifest(tarball) {
  const bytes = tarball.buffer.slice(tarball.byteOffset, tarball.byteOffset + tarball.byteLength);
  const { messages, pkg } = await publint({ pack: { tarball: bytes }, level: 'suggestion' });
  return messages.map((message) => `publint: ${formatMessage(message, pkg, { color: false })}`);
}

async function resolveTypes(tarball, name) {
  const result = await checkPackage(createPackageFromTarballData(new Uint8Array(tarball)));
  if (result.types === false) return ['attw: the package has no types'];
  const manifest = new URL(`../libs/${name}/package.json`, import.meta.url);
  const doors = Object.keys(JSON.parse(readFileSync(manifest, 'utf8')).exports);
  if (Object.keys(result.entrypoints).length !== doors.length) return ['attw: a door is missing'];
  return result.problems.map((problem) => `attw: ${JSON.stringify(problem)}`);
}
