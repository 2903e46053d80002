import pg from 'pg';
import { Test } from '@nestjs/testing';
import type { ModuleMetadata, Type } from '@nestjs/common';
import { CacheModule, CacheService } from '@gad/cache';
import { ownDatabase, ownRedis } from '../../../../test/servers/suite-servers.js';
import type { Prices } from './prices-service.js';

/** A database with one price, whose COMMITs can be held back. */
export class PriceTable {
  #gate: Promise<void> | undefined;

  private constructor(
    readonly url: string,
    readonly pool: pg.Pool,
  ) {}

  static async create(): Promise<PriceTable> {
    const url = await ownDatabase();
    const pool = new pg.Pool({ connectionString: url });
    await pool.query('CREATE TABLE prices (id integer PRIMARY KEY, n integer NOT NULL)');
    await pool.query('INSERT INTO prices VALUES (1, 10)');
    const table = new PriceTable(url, pool);
    holdCommits(() => table.#gate);
    return table;
  }

  readonly committed = async (): Promise<number> => {
    const { rows } = await this.pool.query<{ n: number }>('SELECT n FROM prices WHERE id = 1');
    return rows[0]?.n ?? NaN;
  };

  readonly holdCommit = (gate: Promise<void>): void => {
    this.#gate = gate;
  };
}

const { query } = pg.Client.prototype;

/** Every statement of every pool and library goes through the client's `query`. */
function holdCommits(gateOf: () => Promise<void> | undefined): void {
  pg.Client.prototype.query = function (this: pg.Client, ...args: unknown[]): unknown {
    const run = (): unknown => Reflect.apply(query, this, args);
    const [config] = args as [string | { text?: string }]; // as the client takes it
    const text = typeof config === 'string' ? config : config.text;
    const gate = text?.toLowerCase() === 'commit' ? gateOf() : undefined;
    return gate === undefined ? run() : gate.then(run);
  } as typeof query;
}

/** Starts a Nest application with a cache in Redis. */
export async function startPrices(
  prices: Type<Prices>,
  metadata: ModuleMetadata = {},
): Promise<{
  cache: CacheService;
  prices: Prices;
  module: import('@nestjs/testing').TestingModule;
}> {
  const cache = CacheModule.forRoot({
    redis: { url: await ownRedis() },
    prefix: 'tx:',
    logLevel: 'off',
    deadlineMs: 20_000,
  });
  const module = await Test.createTestingModule({
    ...metadata,
    imports: [cache, ...(metadata.imports ?? [])],
    providers: [prices, ...(metadata.providers ?? [])],
  }).compile();
  await module.init();
  const service = module.get(CacheService);
  while (!service.connected) await new Promise(setImmediate);
  return { cache: service, prices: module.get<Prices>(prices), module };
}
