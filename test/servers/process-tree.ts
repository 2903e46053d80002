import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

/**
 * Signals a process; does nothing when there is none. A backend may end between being listed and
 * being signalled.
 */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (codeOf(error) !== 'ESRCH') throw error;
  }
}

/** Not by `instanceof`: inside jest's sandbox Node's own errors come from another realm. */
function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}

/** The direct children of a process; PostgreSQL gives each one a session of its own. */
export function childrenOf(pid: number): number[] {
  return (existsSync('/proc/self') ? readListing(pid) : askPgrep(pid))
    .split(/\s+/)
    .filter((text) => text !== '')
    .map(Number);
}

function readListing(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  } catch {
    // It has ended, and has no children any more.
    return '';
  }
}

function askPgrep(pid: number): string {
  try {
    return execFileSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' });
  } catch {
    // It ends with 1 when there are none.
    return '';
  }
}
