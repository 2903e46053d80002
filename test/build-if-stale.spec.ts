import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { isStale } from '../tools/build-if-stale.mjs';

const SOURCES = [
  'apps/api/src/main.ts',
  'apps/console/src/main.tsx',
  'libs/cache/src/index.ts',
  'package-lock.json',
];
const BUILD = ['dist/server/main.js', 'dist/console/index.html', 'dist/.built'];
const before = new Date('2020-01-01T12:00:00Z');
const later = new Date('2020-01-01T12:00:01Z');

describe('whether npm start builds first', () => {
  let root: string;

  const write = (path: string, time: Date): void => {
    const file = join(root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, '');
    utimesSync(file, time, time);
  };
  const setFolderTimes = (time: Date): void => {
    for (const folder of ['apps/api/src', 'apps/console/src', 'libs/cache/src'])
      utimesSync(join(root, folder), time, time);
  };

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'gad-stale-'));
    for (const path of SOURCES) write(path, before);
    for (const path of BUILD) write(path, later);
    setFolderTimes(before);
  });

  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  it('npm start does not build when the build is newer than everything it was made from', () => {
    expect(isStale(root)).toBe(false);
  });

  it.each(SOURCES)('npm start builds when %s has changed since', (path) => {
    write(path, new Date(later.getTime() + 1));
    setFolderTimes(before);
    expect(isStale(root)).toBe(true);
  });

  it('npm start builds when a source has been removed since', () => {
    write('apps/api/src/old.ts', before);
    rmSync(join(root, 'apps/api/src/old.ts'));
    expect(isStale(root)).toBe(true);
  });

  it.each(BUILD)('npm start builds when there is no %s', (path) => {
    rmSync(join(root, path));
    expect(isStale(root)).toBe(true);
  });

  it('npm start does not build where only the build was delivered', () => {
    for (const path of SOURCES) rmSync(join(root, path));
    for (const folder of ['apps', 'libs']) rmSync(join(root, folder), { recursive: true });
    expect(isStale(root)).toBe(false);
  });
});
