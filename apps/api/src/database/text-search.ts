import { sql, type SQL, type SQLWrapper } from 'drizzle-orm';

/**
 * Whether a folded column contains a text as it stands: no character of it is a wildcard, case and
 * accents do not count.
 */
export const contains = (folded: SQLWrapper, text: string): SQL =>
  sql`strpos(${folded}, gad_fold(${text})) > 0`;

/** The same by the index over the column's trigrams: for looking through a whole table. */
export const containsByIndex = (folded: SQLWrapper, text: string): SQL =>
  sql`gad_trigrams(${folded}) @@ gad_trigram_query(gad_fold(${text})) and ${contains(folded, text)}`;
