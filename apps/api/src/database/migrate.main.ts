import 'reflect-metadata';
import { AppConfigModule } from '../config/app-config.module.js';
import { startFailure } from '../start-failure.js';
import { openDatabase } from './open-database.js';

/**
 * `npm run migrate`: brings the schema up to date and ends, for teams whose application runs with
 * MIGRATE=off under a role that may not. Uses DATABASE_DIRECT_URL, or else DATABASE_URL.
 */
try {
  const { config } = await AppConfigModule.load();
  const database = await openDatabase({
    ...config,
    database: { ...config.database, migrate: true },
  });
  await database.close();
  console.log('The schema is up to date.');
} catch (error) {
  console.error(startFailure(error));
  process.exitCode = 1;
}
