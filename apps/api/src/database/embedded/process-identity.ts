import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { isNativeError } from 'node:util/types';

/** Names one process for good: a pid alone is given to another process sooner or later. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly host: string;
  /** Boot and moment of birth, comparable for equality only; `null` where the system shows neither. */
  readonly birth: string | null;
}

export function currentProcess(): ProcessIdentity {
  return { pid: process.pid, host: hostname(), birth: birthOf(process.pid) ?? null };
}

/** Whether that process runs now; `undefined` when it ran on another host, where we cannot look. */
export function isRunning(identity: ProcessIdentity): boolean | undefined {
  if (identity.host !== hostname()) return undefined;
  if (!signalReaches(identity.pid)) return false;
  const birth = birthOf(identity.pid);
  // A container gives the same pid to its main process at every start: then the birth differs.
  return birth === undefined || identity.birth === null || birth === identity.birth;
}

function signalReaches(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: there is such a process, and it belongs to another user.
    return isNativeError(error) && 'code' in error && error.code === 'EPERM';
  }
}

/** Linux only; elsewhere `undefined`. A zombie is born and dead: its birth is "gone". */
function birthOf(pid: number): string | undefined {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
    // The second field is the command in parentheses, which may hold anything, spaces included.
    const [state, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' ? 'gone' : `${boot}:${rest[18] ?? ''}`;
  } catch {
    return undefined;
  }
}
