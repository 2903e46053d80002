import { rm } from 'node:fs/promises';
import { startPgBouncer } from '../../../../test/servers/pgbouncer-server.js';
import { ownDatabase } from '../../../../test/servers/suite-servers.js';
import { temporaryFolder } from './data-folder.js';
import { openDatabase, type OpenDatabase } from '../../src/database/open-database.js';

export interface OwnDatabase {
  readonly database: OpenDatabase;
  /** Absent for the embedded one. */
  readonly url?: string;
  /** Closes it and removes what it kept on the disk. */
  dispose(): Promise<void>;
}

/** Ways to open an empty, migrated database of one's own: the same suite runs on each. */
export const DATABASES: readonly { name: string; open: () => Promise<OwnDatabase> }[] = [
  {
    name: 'PostgreSQL',
    open: async () => {
      const url = await ownDatabase();
      const database = await openDatabase({ database: { url, poolSize: 5 }, dataDir: '' });
      return { database, url, dispose: () => database.close() };
    },
  },
  {
    name: 'PGlite',
    open: async () => {
      const dataDir = await temporaryFolder();
      const database = await openDatabase({ database: { url: undefined, poolSize: 1 }, dataDir });
      return {
        database,
        dispose: async () => {
          await database.close();
          await rm(dataDir, { recursive: true, force: true });
        },
      };
    },
  },
];

/** And through a pooler in transaction mode. */
export const DATABASES_AND_POOLER: typeof DATABASES = [
  ...DATABASES,
  {
    name: 'PostgreSQL behind a pooler',
    open: async () => {
      const direct = await ownDatabase();
      const pooler = await startPgBouncer({ serverUrl: direct, mode: 'transaction' });
      const url = pooler.through(direct);
      const database = await openDatabase({ database: { url, poolSize: 5 }, dataDir: '' });
      return {
        database,
        url,
        dispose: async () => {
          await database.close();
          await pooler.stop();
        },
      };
    },
  },
];
