import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { AsyncLocalStorage } from 'node:async_hooks';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { Injectable } from '@nestjs/common';
import { invalidateAfterCommit } from '@gad/cache/transactions';
import { PriceTable, startPrices } from '../../libs/cache/test/support/price-table.js';
import { Prices } from '../../libs/cache/test/support/prices-service.js';
import type { TransactionSide } from '../../libs/cache/test/support/transaction-contract.js';

const run = promisify(execFile);
const PACKAGES = ['prisma@^7.10.0', '@prisma/client@^7.10.0', '@prisma/adapter-pg@^7.10.0'];
const SCHEMA = `generator client {
  provider = "prisma-client"
  output   = "./generated"
}
datasource db {
  provider = "postgresql"
}
model Price {
  id Int @id
  n  Int
  @@map("prices")
}
`;

/** The parts of the generated client that are used. */
interface PriceModel {
  findUniqueOrThrow(query: object): Promise<{ n: number }>;
  update(query: object): Promise<unknown>;
}
interface Client {
  readonly price: PriceModel;
  $transaction<T>(work: (tx: { readonly price: PriceModel }) => Promise<T>): Promise<T>;
  $disconnect(): Promise<void>;
}
type Make = (url: string) => Client;

/**
 * Installs Prisma beside the repository, which has no use for its 200 MB, and generates the client
 * for the table of prices.
 *
 * @returns makes a client, and removes what was installed
 */
export async function installPrisma(): Promise<{ make: Make; remove: () => Promise<void> }> {
  // Inside the repository, so that the client is found by the loader of the sources.
  const folder = await mkdtemp(join(fileURLToPath(new URL('.', import.meta.url)), '.prisma-'));
  const inFolder = {
    cwd: folder,
    env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: '/bin/true' },
  };
  await writeFile(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
  await writeFile(join(folder, 'schema.prisma'), SCHEMA);
  await run(
    'npm',
    ['install', '--no-audit', '--no-fund', '--workspaces=false', ...PACKAGES],
    inFolder,
  );
  await run('npx', ['prisma', 'generate', '--schema', 'schema.prisma'], inFolder);
  // Then the adapter uses the client of this repository, whose COMMIT can be held back.
  await rm(join(folder, 'node_modules', 'pg'), { recursive: true });
  const load = (path: string): Promise<Record<string, unknown>> =>
    import(pathToFileURL(join(folder, path)).href) as Promise<Record<string, unknown>>;
  const { PrismaClient } = await load('generated/client.ts');
  const { PrismaPg } = await load('node_modules/@prisma/adapter-pg/dist/index.mjs');
  // What the two packages export.
  const [Prisma, Adapter] = [PrismaClient, PrismaPg] as (new (options: object) => object)[] as [
    new (options: object) => Client,
    new (options: object) => object,
  ];
  return {
    make: (url) => new Prisma({ adapter: new Adapter({ connectionString: url }) }),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Prices behind Prisma's interactive transactions. */
export async function startPrisma(make: Make): Promise<TransactionSide> {
  const table = await PriceTable.create();
  const prisma = make(table.url);
  invalidateAfterCommit(prisma, '$transaction');
  const current = new AsyncLocalStorage<{ readonly price: PriceModel }>();

  @Injectable()
  class PrismaPrices extends Prices {
    async read(id: number): Promise<number> {
      return (await this.#model.findUniqueOrThrow({ where: { id } })).n;
    }

    async write(id: number, n: number): Promise<void> {
      await this.#model.update({ where: { id }, data: { n } });
    }

    get #model(): PriceModel {
      return (current.getStore() ?? prisma).price;
    }
  }

  const { cache, prices, module } = await startPrices(PrismaPrices);
  return {
    cache,
    prices,
    inTransaction: (work) => prisma.$transaction((tx) => current.run(tx, work)),
    committed: table.committed,
    holdCommit: table.holdCommit,
    close: async () => {
      await module.close();
      await prisma.$disconnect();
      await table.pool.end();
    },
  };
}
