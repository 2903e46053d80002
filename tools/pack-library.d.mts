import type { ExecFileSyncOptionsWithStringEncoding } from 'node:child_process';

export interface Tarball {
  readonly path: string;
  readonly files: readonly string[];
  /** In bytes. */
  readonly size: number;
}

export function packLibrary(folder: string, name?: 'cache' | 'cache-postgres'): Tarball;
export function npm(
  args: readonly string[],
  options?: Partial<ExecFileSyncOptionsWithStringEncoding>,
): string;
