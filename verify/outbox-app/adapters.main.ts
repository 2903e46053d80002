/**
 * Does the outbox keep its rules in the transactions of Prisma and Knex, which the repository does not
 * install?
 *
 *   npm run verify:outbox-adapters -- [--libraries prisma,knex]
 *
 * Installs them from the registry, starts PostgreSQL, and judges each rule of the contract on a database
 * of its own; `npm test` judges node-postgres, Drizzle and TypeORM. Ends with 1 when a rule is broken.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { invalidateAfterCommit } from '@gad/cache/transactions';
import type { KnexTransaction, PrismaTransaction } from '@gad/cache-postgres';
import { knex, prisma } from '@gad/cache-postgres';
import {
  judgeRecord,
  RECORD_CONTRACT,
  type OpenLibrary,
} from '../../libs/cache-postgres/test/support/record-contract.js';
import { startPostgres } from '../../test/servers/postgres-server.js';
import { installPrisma } from '../transactions/prisma-side.js';

type Body<Tx, T> = (tx: Tx) => Promise<T>;

/** The parts of the two clients that are used. */
interface PrismaClient {
  $transaction<T>(work: Body<PrismaTransaction, T>): Promise<T>;
  $disconnect(): Promise<void>;
}
interface KnexClient {
  transaction<T>(work: Body<KnexTransaction, T>): Promise<T>;
  destroy(): Promise<void>;
}

const { values } = parseArgs({
  options: { libraries: { type: 'string', default: 'prisma,knex' } },
});
const server = await startPostgres();
const wanted = new Set(values.libraries.split(','));
let databases = 0;
let broken = 0;
try {
  if (wanted.delete('prisma')) await judgePrisma();
  if (wanted.delete('knex')) await judgeKnex();
  if (wanted.size > 0) throw new Error(`Unknown libraries: ${[...wanted].join(', ')}`);
} finally {
  await server.stop();
}
process.exitCode = broken === 0 ? 0 : 1;

async function judgePrisma(): Promise<void> {
  const { make, remove } = await installPrisma();
  // The generated client has raw statements for every schema.
  const open = (url: string): PrismaClient => make(url) as unknown as PrismaClient;
  try {
    await judge<PrismaTransaction>('prisma', (url) => {
      const [client, other] = [open(url), open(url)];
      invalidateAfterCommit(client, '$transaction');
      return {
        via: prisma,
        inTransaction: (work) => client.$transaction(work),
        unannounced: (work) => other.$transaction(work),
        close: async () => void (await Promise.all([client.$disconnect(), other.$disconnect()])),
      };
    });
  } finally {
    await remove();
  }
}

async function judgeKnex(): Promise<void> {
  // Inside the repository, so that it finds the driver.
  const folder = await mkdtemp(join(fileURLToPath(new URL('.', import.meta.url)), '.knex-'));
  try {
    await writeFile(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
    const flags = ['--no-audit', '--no-fund', '--ignore-scripts', '--workspaces=false'];
    await promisify(execFile)('npm', ['install', ...flags, 'knex@^3.1.0'], { cwd: folder });
    const path = pathToFileURL(join(folder, 'node_modules/knex/knex.mjs')).href;
    const { knex: make } = (await import(path)) as { knex: (options: object) => KnexClient }; // its export
    await judge<KnexTransaction>('knex', (url) => {
      const open = (): KnexClient => make({ client: 'pg', connection: url });
      const [client, other] = [open(), open()];
      invalidateAfterCommit(client, 'transaction');
      return {
        via: knex,
        inTransaction: (work) => client.transaction(work),
        unannounced: (work) => other.transaction(work),
        close: async () => void (await Promise.all([client.destroy(), other.destroy()])),
      };
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function judge<Tx>(library: string, open: OpenLibrary<Tx>): Promise<void> {
  for (const [title, rule] of Object.entries(RECORD_CONTRACT)) {
    databases += 1;
    try {
      await judgeRecord(rule, await server.createDatabase(`rule_${String(databases)}`), open);
      console.log(`kept    ${library}: ${title}`);
    } catch (error) {
      broken += 1;
      console.log(`BROKEN  ${library}: ${title}\n${String(error)}`);
    }
  }
}
