import type { Db } from './database.js';

/**
 * Appends rows to a table: `target` is the table with its columns, such as `tareas (codigo, titulo)`,
 * `chunks` are whole lines in COPY's text format (see `copyLine`), any number to a chunk.
 */
export type Copy = (target: string, chunks: Iterable<string>) => Promise<void>;

/** What the seed needs beyond `Database`: many rows fast, with none of the limits of a request. */
export interface BulkLoader {
  /** Runs `work` in one transaction, then refreshes the planner's statistics. */
  bulkLoad<T>(work: (tx: Db, copy: Copy) => Promise<T>): Promise<T>;
}
