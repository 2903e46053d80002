import { sql } from 'drizzle-orm';
import type { Database } from '../../src/database/database.js';

/** Without help: the pool discards what an outage broke, a probe closes the circuit. */
export async function untilRecovered({ db }: Database): Promise<void> {
  const answers = (): Promise<boolean> =>
    db.execute(sql`select 1`).then(
      () => true,
      () => false,
    );
  while (!(await answers())) await new Promise(setImmediate);
}
