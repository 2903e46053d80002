import { execFileSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync } from '@swc/core';
import type { Mutation } from './mutation.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const COPIED = [
  ...['package.json', 'jest.config.js', 'tsconfig.json', '.swcrc'],
  ...['tools', 'test/servers', 'libs/cache/package.json', 'libs/cache/src', 'libs/cache/test'],
  ...['libs/cache-postgres/package.json', 'libs/cache-postgres/src', 'libs/cache-postgres/test'],
  ...['apps/api/src/cache-admin/explain', 'docs/security.md'],
  ...['verify/model', 'verify/support', 'test/lua'],
];
const SOURCES = ['libs/cache/src', 'libs/cache-postgres/src', 'apps/api/src/cache-admin/explain'];

const isLua = (path: string): boolean => path.endsWith('.lua');
/** What the compiled scripts say is quoted from the `.lua` files. */
const isSource = (path: string): boolean =>
  isLua(path) || (path.endsWith('.ts') && !/(\.spec|compiled-scripts)\.ts$/.test(path));

/** A copy of the libraries and their tests that may be broken at will. */
export class WorkspaceCopy {
  #sources = new Map<string, string>();

  private constructor(readonly root: string) {}

  static async create(): Promise<WorkspaceCopy> {
    const root = await mkdtemp(join(tmpdir(), 'gad-mutations-'));
    for (const path of COPIED) {
      await mkdir(join(root, path, '..'), { recursive: true });
      await cp(join(ROOT, path), join(root, path), {
        recursive: true,
        filter: (source) => !source.includes('node_modules'),
      });
    }
    await symlink(join(ROOT, 'node_modules'), join(root, 'node_modules'));
    const copy = new WorkspaceCopy(root);
    for (const folder of SOURCES) {
      for (const file of await readdir(join(root, folder), { recursive: true })) {
        const path = join(folder, file);
        if (!isSource(path)) continue;
        copy.#sources.set(path, await readFile(join(root, path), 'utf8'));
      }
    }
    return copy;
  }

  /** What keeps a mutation from being tried; empty when nothing does. */
  misfits(mutation: Mutation): string[] {
    const lost = mutation.edits.flatMap(([anchor]) => {
      const times = this.#filesWith(anchor).reduce((sum, { count }) => sum + count, 0);
      return times === 1 ? [] : [`${mutation.name}: ${times} times ${JSON.stringify(anchor)}`];
    });
    if (lost.length > 0) return lost;
    return [...this.#changed(mutation)]
      .filter(([path, text]) => !isLua(path) && !parses(text))
      .map(([path]) => `${mutation.name}: leaves ${path} with an error of syntax`);
  }

  async apply(mutation: Mutation): Promise<void> {
    const changed = this.#changed(mutation);
    for (const [path, text] of changed) await writeFile(join(this.root, path), text);
    if ([...changed.keys()].some(isLua)) this.#compileLua();
  }

  async restore(): Promise<void> {
    for (const [path, text] of this.#sources) await writeFile(join(this.root, path), text);
    this.#compileLua();
  }

  async remove(): Promise<void> {
    await rm(this.root, { recursive: true, force: true });
  }

  #changed(mutation: Mutation): Map<string, string> {
    const changed = new Map<string, string>();
    for (const [anchor, replacement] of mutation.edits) {
      const [file] = this.#filesWith(anchor);
      if (file === undefined) throw new Error(`${mutation.name} does not apply`);
      const text = changed.get(file.path) ?? file.text;
      changed.set(
        file.path,
        text.replace(anchor, () => replacement),
      );
    }
    return changed;
  }

  #compileLua(): void {
    const compiler = ['--import', './tools/typescript.mjs', 'test/lua/compile-scripts.main.ts'];
    execFileSync(process.execPath, compiler, { cwd: this.root });
  }

  #filesWith(anchor: string): { path: string; text: string; count: number }[] {
    return [...this.#sources]
      .map(([path, text]) => ({ path, text, count: text.split(anchor).length - 1 }))
      .filter(({ count }) => count > 0);
  }
}

/** As the tests compile it: TypeScript's own parser lets more pass. */
function parses(text: string): boolean {
  try {
    parseSync(text, { syntax: 'typescript', decorators: true });
    return true;
  } catch {
    return false;
  }
}
