import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { isNativeError } from 'node:util/types';
import { PGlite } from '@electric-sql/pglite';
import { dataDir as initialFiles } from '@electric-sql/pglite-prepopulatedfs';
import { Logger } from '@nestjs/common';
import { openDataFolder } from '../../config/data-folder.js';
import { ConfigurationError } from '../../config/parse-environment.js';
import { migrating } from '../migration-refusal.js';
import { applyPending } from '../migrator.js';
import { pinSession } from '../session-settings.js';
import { LockFile, LockHeldError } from './lock-file.js';
import { PgliteDatabase } from './pglite-database.js';

/**
 * Opens the embedded database in `dataDir`/db, creating both at the first start, and migrates it.
 * PGlite does not notice a second process on the same files, which then lose rows: so an exclusive
 * lock comes first.
 * @throws ConfigurationError, one sentence that names the folder, when it is in use or unusable
 */
export async function openPglite(dataDir: string): Promise<PgliteDatabase> {
  const folder = await openDataFolder(dataDir);
  // As PostgreSQL itself does: PGlite makes its files by what the process allows others.
  process.umask(0o077);
  const lock = await lockFolder(folder);
  try {
    const client = await openFiles(folder);
    await client.exec(pinSession());
    // Drizzle's own transaction gives out no handle that runs one statement as text.
    await client.exec('begin');
    await migrating('DATA_DIR', applyPending(client));
    await client.exec('commit');
    return new PgliteDatabase(client, lock);
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function lockFolder(folder: string): Promise<LockFile> {
  try {
    return await LockFile.acquire(join(folder, 'db.lock'));
  } catch (error) {
    if (error instanceof LockHeldError) {
      throw new ConfigurationError('DATA_DIR', `names the folder ${folder}, ${inUse(error)}`);
    }
    throw new ConfigurationError(
      'DATA_DIR',
      `names the folder ${folder}, which cannot be used (${reasonOf(error)})`,
    );
  }
}

function inUse({ path, holder: { pid, host, since } }: LockHeldError): string {
  const wayOut =
    host === hostname()
      ? 'stop that process or set DATA_DIR to another folder'
      : `stop that process, or delete ${path} should it be gone for good`;
  return `whose database is in use by process ${String(pid)} on ${host} since ${since}: ${wayOut}`;
}

async function openFiles(folder: string): Promise<PGlite> {
  const logger = new Logger('Database');
  const files = join(folder, 'db');
  const started = performance.now();
  try {
    const client = await createOrOpen(folder, files, logger);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    logger.log(`Embedded database in ${files} opened in ${seconds} s.`);
    return client;
  } catch (error) {
    throw new ConfigurationError(
      'DATA_DIR',
      `names the folder ${folder}, whose database cannot be opened (${reasonOf(error)}): ` +
        'rename the folder to start with an empty one',
    );
  }
}

async function createOrOpen(folder: string, files: string, logger: Logger): Promise<PGlite> {
  // Exists from the first file of a new database until its first opening: while it is there, that
  // database holds no data.
  const unfinished = join(folder, 'db.unfinished');
  if (existsSync(unfinished)) {
    logger.warn('The first start was interrupted: the embedded database is made again.');
    await rm(files, { recursive: true, force: true });
  }
  if (existsSync(join(files, 'PG_VERSION'))) return PGlite.create(files);
  logger.log('First start: making the embedded database (some seconds, 40 MB)…');
  await writeFile(unfinished, '');
  const client = await PGlite.create(files, { loadDataDir: await initialFiles() });
  await rm(unfinished);
  return client;
}

function reasonOf(error: unknown): string {
  return isNativeError(error) ? error.message : String(error);
}
