import type { AppFolder } from './app-folder.js';

/** One square of the matrix. */
export interface Cell {
  readonly name: string;
  /** Rejects when the square is not supported. */
  readonly run: () => Promise<unknown>;
}

/** What all squares share. */
export interface Surroundings {
  /** Path of the packed library. */
  readonly tarball: string;
  /** The same of its outbox. */
  readonly outboxTarball: string;
  readonly redisUrl: string;
  readonly databaseUrl: string;
  /** Node.js binaries by name, the one that runs this among them. */
  readonly nodes: ReadonlyMap<string, string>;
  /** A new folder outside of the repository. */
  readonly folder: (name: string) => AppFolder;
}
