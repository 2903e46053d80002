import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const TOOL = new URL('../tools/build-console.mjs', import.meta.url).href;

describe('what a browser has to load for the console', () => {
  let root: string;

  /** A console of one script and one style that have so many bytes which do not compress. */
  const built = async (script: number, style: number): Promise<string> => {
    const folder = join(root, 'apps/console');
    mkdirSync(folder, { recursive: true });
    const filler = (bytes: number): string =>
      randomBytes(Math.ceil((bytes * 3) / 4)).toString('base64');
    writeFileSync(join(folder, 'main.js'), `console.log(${JSON.stringify(filler(script))});`);
    writeFileSync(join(folder, 'main.css'), `p::before { content: '${filler(style)}'; }`);
    const page =
      '<link rel="stylesheet" href="./main.css"><script type="module" src="./main.js"></script>';
    writeFileSync(join(folder, 'index.html'), page);
    const source = `const { buildConsole } = await import('${TOOL}'); await buildConsole(process.argv[1]);`;
    const run = ['--input-type=module', '--eval', source, root];
    return promisify(execFile)(process.execPath, run).then(
      () => 'built',
      (error: unknown) => String(error),
    );
  };

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'gad-console-'));
  });
  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  it('a console within its budgets is built, with its files compressed', async () => {
    expect(await built(20_000, 2_000)).toBe('built');
    expect(existsSync(join(root, 'dist/console/index.html.br'))).toBe(true);
  });

  it.each([
    ['script', 140_000, 2_000, /\.js files have \d+ bytes of at most 90000/],
    ['style', 20_000, 20_000, /\.css files have \d+ bytes of at most 12000/],
  ])('a console with too much %s is not built', async (_, script, style, said) => {
    expect(await built(script, style)).toMatch(said);
    expect(existsSync(join(root, 'dist/console'))).toBe(false);
  });
});
