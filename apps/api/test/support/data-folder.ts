import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ownDatabase } from '../../../../test/servers/suite-servers.js';
import { programOf, ROOT } from './programs.js';

/** Settings of an API whose first start does not make just the demo data in its own folder. */
const OTHER_DATA = ['DATABASE_URL', 'DATA_DIR', 'DEMO_DATA'];

export const temporaryFolder = (): Promise<string> => mkdtemp(join(tmpdir(), 'gad-data-'));

/**
 * Makes the demo data in a process of its own: an API that starts on them changes nothing, so that
 * nothing is removed from its cache for them.
 */
async function seed(variables: Readonly<Record<string, string>>): Promise<void> {
  const child = spawn(process.execPath, programOf('seed'), {
    cwd: ROOT,
    env: { PATH: process.env['PATH'], NODE_ENV: 'test', ...variables },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error('the demo data could not be made');
}

/**
 * An embedded database as the first start leaves it, made once for a run: a start on a copy of it
 * takes three fifths of the processor time.
 *
 * @returns its folder
 */
export async function makeDemoData(): Promise<string> {
  const folder = await temporaryFolder();
  await seed({ DATA_DIR: folder });
  return folder;
}

/**
 * A PostgreSQL database as the first start leaves it, made once for a run, to be copied.
 *
 * @returns its name
 */
export async function makeDemoDatabase(): Promise<string> {
  const url = await ownDatabase();
  await seed({ DATABASE_URL: url });
  return new URL(url).pathname.slice(1);
}

/** A PostgreSQL database of one's own with the demo data: a start on it changes nothing. */
export const demoDatabase = (): Promise<string> => ownDatabase(process.env['API_DEMO_DATABASE']);

/** A folder for the data of an API with these variables. */
export async function newDataFolder(variables: Readonly<Record<string, string>>): Promise<string> {
  const folder = await temporaryFolder();
  const demoData = process.env['API_DEMO_DATA'];
  if (demoData !== undefined && !OTHER_DATA.some((name) => name in variables)) {
    await cp(demoData, folder, { recursive: true });
  }
  return folder;
}
