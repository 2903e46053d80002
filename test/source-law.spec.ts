import { describe, expect, it } from '@jest/globals';
import { repositoryFiles } from './laws/repository-files.js';
import { findBreaches, lawNames } from './laws/source-law.js';

/** For each law: a file that breaks it in every way there is, one a line, and one that does not. */
const planted: Record<string, { path: string; text: string; innocent: [string, string] }> = {
  'no-export-star': {
    path: 'libs/cache/src/index.ts',
    text: `export * from './cache.service.js';\nexport * as glob from './engine/glob.js';`,
    innocent: ['libs/cache/src/index.ts', `export { get } from './get.js'; // not export * from`],
  },
  'environment-only-in-config': {
    path: 'apps/api/src/tareas/tareas.service.ts',
    text: [
      `const one = process.env.PORT;`,
      `const two = process['env'];`,
      `const { env } = process;`,
      `const { env: three } = globalThis.process;`,
      `import { env as four } from 'node:process';`,
    ].join('\n'),
    innocent: ['apps/api/src/config/app-config.ts', `export const port = process.env['PORT'];`],
  },
  'no-internal-barrels': {
    path: 'apps/api/src/tareas/index.ts',
    text: `export { TareasModule } from './tareas.module.js';`,
    innocent: ['libs/cache/src/testing/index.ts', `export { fake } from './fake.js';`],
  },
  'principals-with-events': {
    path: 'apps/api/src/usuarios/usuarios.repository.ts',
    text: [
      `export const one = (tx: Db) => tx.update(usuarios).set({ rol: 'admin' });`,
      `export const two = (tx: Db) => tx.delete(schema.sesiones);`,
      `export function three(tx: Db) { return tx.insert(usuarios).values([]); }`,
      'export const four = (tx: Db) => tx.execute(sql`update only usuarios set deleted_at = now()`);',
      'class Five { remove(tx: Db) { return tx.execute(sql`delete from sesiones where id = ${1}`); } }',
    ].join('\n'),
    innocent: [
      'apps/api/src/usuarios/usuarios.repository.ts',
      [
        `class One { async remove(tx: Db, record: RecordEvent) {`,
        `  await tx.delete(usuarios); record({ name: 'usuario.deleted', data: { usuarioId: 1 } }); } }`,
        `export const two = (tx: Db) => tx.update(tareas).set({ version: 2 });`,
      ].join('\n'),
    ],
  },
};

describe('the source laws', () => {
  const sources = repositoryFiles().filter(({ path }) => /\.tsx?$/.test(path));

  it('the source laws have looked at the sources', () => {
    expect(sources.length).toBeGreaterThan(50);
  });

  it('the source laws hold', () => {
    expect(findBreaches(sources)).toEqual([]);
  });

  it.each(lawNames)(
    'the source laws catch every form of a breach of %s, and nothing else',
    (law) => {
      const example = planted[law];
      if (example === undefined) throw new Error(`no planted breach of ${law}`);
      const lines = example.text.split('\n').map((_, index) => `${example.path}:${index + 1}`);
      expect(findBreaches([example])).toEqual(lines.map((at) => ({ law, at })));

      const [path, text] = example.innocent;
      expect(findBreaches([{ path, text }])).toEqual([]);
    },
  );
});
