import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cruise, mutualUses, type Cruise } from './laws/cruise.js';
import config, {
  API_LAYERS,
  featurePattern,
  vocabularyPattern,
} from './laws/import-law.config.mjs';
import { innocentFiles, plantedViolations } from './laws/import-law.fixture.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const ruleNames = config.forbidden.map(({ name }) => name).sort();

/** A busy machine reads the whole tree slowly. */
const TIMEOUT_MS = 120_000;

describe('the import law', () => {
  let repository: Cruise;

  beforeAll(async () => {
    repository = await cruise(root, ['apps', 'libs', 'test']);
  }, TIMEOUT_MS);

  it('the import law has looked at the sources of every workspace', () => {
    const sources = repository.modules.map(({ source }) => source);
    for (const folder of [
      'apps/api/src/',
      'apps/console/src/',
      'libs/cache/src/',
      'libs/cache-postgres/src/',
      'test/',
    ]) {
      expect(sources.filter((source) => source.startsWith(folder)).length).toBeGreaterThan(5);
    }
    // Without edges it would hold for any tree.
    const edges = repository.modules.flatMap(({ dependencies }) => dependencies);
    expect(edges.length).toBeGreaterThan(sources.length);
  });

  it('the import law holds', () => {
    expect(repository.violations).toEqual([]);
  });

  it('the import law knows the layer of each room of the API', () => {
    const rooms = repository.modules.flatMap(
      ({ source }) => /^apps\/api\/src\/([^/]+)\//.exec(source)?.[1] ?? [],
    );
    expect([...new Set(rooms)].sort()).toEqual(API_LAYERS.flatMap((l) => l.split('|')).sort());
  });

  it('the import law finds no two features that use each other', () => {
    expect(mutualUses(repository.modules, featurePattern, vocabularyPattern)).toEqual([]);
  });
});

describe('the import law on a tree that breaks it', () => {
  let folder: string;
  let broken: Cruise;

  beforeAll(async () => {
    folder = await plant();
    broken = await cruise(folder, ['apps', 'libs']);
  }, TIMEOUT_MS);

  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('the import law has a planted violation for each rule', () => {
    expect(Object.keys(plantedViolations).sort()).toEqual(ruleNames);
  });

  it.each(ruleNames)('the import law catches %s', (rule) => {
    const found = broken.violations.filter((violation) => violation.rule === rule);
    expect(found.map(({ from }) => from)).toContain(plantedViolations[rule]?.from);
  });

  it('the import law lets everything but the planted breaches pass', () => {
    const guilty = Object.values(plantedViolations).map(({ from }) => from);
    // The other half of the cycle breaks the same rule.
    guilty.push('libs/cache/src/engine/right.ts');
    const accused = broken.violations.map(({ from }) => from);
    expect(accused.filter((from) => !guilty.includes(from))).toEqual([]);
  });

  it('the import law catches two features that use each other without a cycle of files', () => {
    const module = (source: string, resolved: string) => ({ source, dependencies: [{ resolved }] });
    const one = module('apps/api/src/auth/a.service.ts', 'apps/api/src/usuarios/b.service.ts');
    const other = module('apps/api/src/usuarios/c.service.ts', 'apps/api/src/auth/d.service.ts');
    const named = module('apps/api/src/usuarios/c.service.ts', 'apps/api/src/auth/principal.ts');
    expect(mutualUses([one, other], featurePattern, vocabularyPattern)).toHaveLength(1);
    expect(mutualUses([one, named], featurePattern, vocabularyPattern)).toEqual([]);
  });
});

/** Writes the fixture as a workspace of its own, with this repository's packages. */
async function plant(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'gad-law-'));
  const files = {
    ...innocentFiles,
    ...Object.fromEntries(Object.values(plantedViolations).map(({ from, text }) => [from, text])),
  };
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  for (const path of [
    'package.json',
    'tsconfig.json',
    ...['libs/cache/package.json', 'libs/cache-postgres/package.json'],
  ]) {
    await cp(join(root, path), join(folder, path));
  }
  for (const app of ['api', 'console']) {
    await cp(join(root, `apps/${app}/package.json`), join(folder, `apps/${app}/package.json`));
  }
  await writeFile(join(folder, 'libs/other/package.json'), '{ "name": "@gad/other" }');
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}
