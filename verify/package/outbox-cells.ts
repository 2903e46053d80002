import type { Cell, Surroundings } from './cell.js';

/** A program of node-postgres with the outbox, as CommonJS and as ES modules. */
export function outboxCells(around: Surroundings): Cell[] {
  const app = around.folder('outbox');
  const env = { REDIS_URL: around.redisUrl, DATABASE_URL: around.databaseUrl };
  return [
    {
      name: 'outbox: install both packages, compile',
      run: async () => {
        await app.create({ name: 'outbox', private: true, type: 'commonjs' });
        const tools = ['typescript@~5.9.0', '@types/node@20', '@types/pg@8'];
        app.install([around.tarball, around.outboxTarball, 'pg@8', ...tools]);
        await app.take({ 'src/cjs/outbox.ts': 'outbox.ts', 'src/esm/outbox.ts': 'outbox.ts' });
        const compilerOptions = {
          ...{ module: 'nodenext', target: 'es2022', strict: true, esModuleInterop: true },
          ...{ types: ['node'], rootDir: 'src', outDir: 'dist' },
        };
        await app.write({
          'src/esm/package.json': { type: 'module' },
          'dist/esm/package.json': { type: 'module' },
          'tsconfig.json': { compilerOptions, include: ['src'] },
        });
        await app.run('node_modules/typescript/bin/tsc');
      },
    },
    ...[...around.nodes].flatMap(([name, node]) =>
      ['cjs', 'esm'].map((format) => ({
        name: `outbox: ${format}, ${name}`,
        run: () => app.run(`dist/${format}/outbox.js`, [], { env, node }),
      })),
    ),
  ];
}
