import pg from 'pg';

/**
 * Makes node-postgres answer `int8` (counts, sums, `bigint` columns) like PGlite does: as a number
 * where a number holds it, as a bigint beyond. Its own default is text. The parser table belongs to
 * the driver and is shared by the whole process; Drizzle reads it and takes no other.
 */
export function useNumbersForInt8(): void {
  pg.types.setTypeParser(pg.types.builtins.INT8, parseInt8);
}

function parseInt8(text: string): number {
  const number = Number(text);
  // The driver's types know no bigint here, though its table takes whatever a parser returns.
  return Number.isSafeInteger(number) ? number : (BigInt(text) as unknown as number);
}
