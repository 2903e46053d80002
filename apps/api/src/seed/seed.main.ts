import 'reflect-metadata';
import { AppConfigModule } from '../config/app-config.module.js';
import { startFailure } from '../start-failure.js';
import { DemoDataService } from '../demo-data/demo-data.service.js';
import { openDatabase } from '../database/open-database.js';
import { loadLargeSet } from './load-large-set.js';
import { parseSeedArguments, SeedError } from './seed-arguments.js';
import { ProgressBar, ProgressLines } from './terminal-progress.js';

/**
 * `npm run seed`: the demo data. `npm run seed -- --usuarios 10000 --tareas 1000000`: a large set
 * beside it, for benchmarks, once for a database.
 */
async function seed(words: readonly string[]): Promise<void> {
  const size = parseSeedArguments(words);
  const { config } = await AppConfigModule.load();
  if (config.nodeEnv === 'production') {
    throw new SeedError(
      'NODE_ENV is production: the seed makes usuarios whose password is published.',
    );
  }
  const database = await openDatabase(config);
  try {
    const outcome = await new DemoDataService(database).apply();
    console.log(`Demo data: ${outcome}.`);
    if (!size) return;
    const started = performance.now();
    const progress = process.stdout.isTTY ? new ProgressBar() : new ProgressLines(console.log);
    await loadLargeSet(database, size, progress);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(
      `Large set: ${String(size.usuarios)} usuarios, ${String(size.tareas)} tareas in ${seconds} s.`,
    );
  } finally {
    await database.close();
  }
}

try {
  await seed(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof SeedError ? error.message : startFailure(error));
  process.exitCode = 1;
}
