import pg from 'pg';

/**
 * The rows that are cached. UNLOGGED: nothing here survives a crash, and a write costs what its
 * commit costs without the disk, so that a minute holds a hundred thousand of them.
 */
export async function createStatesTable(url: string, rows: number): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('DROP TABLE IF EXISTS states');
    await client.query(
      'CREATE UNLOGGED TABLE states (row integer PRIMARY KEY, version integer NOT NULL) WITH (fillfactor = 20)',
    );
    await client.query(`INSERT INTO states SELECT n, 1 FROM generate_series(0, ${rows - 1}) AS n`);
  } finally {
    await client.end();
  }
}

/** One process's view of the table. */
export class StatesTable {
  readonly #pool: pg.Pool;

  constructor(url: string, connections: number) {
    this.#pool = new pg.Pool({ connectionString: url, max: connections });
  }

  async versionOf(row: number): Promise<number> {
    const { rows } = await this.#pool.query<{ version: number }>({
      name: 'read',
      text: 'SELECT version FROM states WHERE row = $1',
      values: [row],
    });
    const [found] = rows;
    if (found === undefined) throw new Error(`row ${row} is gone`);
    return found.version;
  }

  async versions(): Promise<Map<number, number>> {
    const { rows } = await this.#pool.query<{ row: number; version: number }>(
      'SELECT row, version FROM states',
    );
    return new Map(rows.map(({ row, version }) => [row, version]));
  }

  /** Moves rows to their next states; committed when it resolves. */
  async advance(rows: readonly number[]): Promise<{ row: number; version: number }[]> {
    const result = await this.#pool.query<{ row: number; version: number }>({
      name: 'advance',
      text: 'UPDATE states SET version = version + 1 WHERE row = ANY($1) RETURNING row, version',
      values: [rows],
    });
    return result.rows;
  }

  close(): Promise<void> {
    return this.#pool.end();
  }
}
