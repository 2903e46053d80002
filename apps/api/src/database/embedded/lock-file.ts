import { randomUUID } from 'node:crypto';
import { link, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { isNativeError } from 'node:util/types';
import { currentProcess, isRunning, type ProcessIdentity } from './process-identity.js';

/** What the file says about the process that holds it. */
export interface LockHolder extends ProcessIdentity {
  /** ISO 8601, for people. */
  readonly since: string;
  /** Different for each time that the lock is taken. */
  readonly token: string;
}

export class LockHeldError extends Error {
  constructor(
    readonly path: string,
    readonly holder: LockHolder,
  ) {
    super(`${path} is held by process ${String(holder.pid)} on ${holder.host}`);
    this.name = 'LockHeldError';
  }
}

const UNREADABLE = 'unreadable';
const HALF_WRITTEN_GRACE_MS = 500;

/**
 * An exclusive lock between processes in the form of a file that names its holder. It appears
 * with its whole content or not at all, and is taken over when the holder is dead.
 *
 * The take-over is where such locks break: of two processes that both saw the dead holder's
 * file, the slower one removes the faster one's new lock. Here the right to replace one
 * particular dead lock is a lock itself (its name holds the dead one's token), and who has it
 * looks again before replacing; so a lock changes hands only from the dead one it named.
 */
export class LockFile {
  private constructor(
    readonly path: string,
    private readonly token: string,
  ) {}

  /**
   * @param runs whether a holder is alive; it returns `undefined` when that is unknown
   * @throws LockHeldError when a living process, or one on another host, holds it
   */
  static async acquire(path: string, runs: typeof isRunning = isRunning): Promise<LockFile> {
    const own: LockHolder = {
      ...currentProcess(),
      since: new Date().toISOString(),
      token: randomUUID(),
    };
    const draft = `${path}.${own.token}`;
    await writeFile(draft, `${JSON.stringify(own)}\n`, { mode: 0o600 });
    try {
      await take(path, draft, runs);
    } finally {
      await rm(draft, { force: true });
    }
    return new LockFile(path, own.token);
  }

  /** Idempotent; leaves a lock alone that is not ours any more. */
  async release(): Promise<void> {
    const holder = await read(this.path);
    if (typeof holder === 'object' && holder.token === this.token) {
      await rm(this.path, { force: true });
    }
  }
}

async function take(path: string, draft: string, runs: typeof isRunning): Promise<void> {
  for (;;) {
    if (await createFrom(draft, path)) return;
    const holder = await read(path);
    if (holder === undefined) continue;
    if (holder !== UNREADABLE && runs(holder) !== false) throw new LockHeldError(path, holder);
    const right = await LockFile.acquire(`${path}.${tokenOf(holder)}.taken-over`, runs);
    try {
      const now = await read(path);
      if (now !== undefined && tokenOf(now) === tokenOf(holder)) {
        await rename(draft, path);
        return;
      }
    } finally {
      await right.release();
    }
  }
}

/** Creates `path` with the content of `draft` in one step. @returns false when it exists already */
async function createFrom(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(codeOf(error))) throw error;
  }
  // A file system without hard links: readers wait for a file that is still empty.
  try {
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile(await readFile(draft));
    } finally {
      await file.close();
    }
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** `undefined` when there is no file; `UNREADABLE` when what is in it was never written by us. */
async function read(path: string): Promise<LockHolder | typeof UNREADABLE | undefined> {
  for (let waited = 0; ; waited += 50) {
    try {
      const holder: unknown = JSON.parse(await readFile(path, 'utf8'));
      if (isHolder(holder)) return holder;
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined;
      if (!(error instanceof SyntaxError)) throw error;
    }
    if (waited >= HALF_WRITTEN_GRACE_MS) return UNREADABLE;
    await sleep(50);
  }
}

function isHolder(value: unknown): value is LockHolder {
  if (typeof value !== 'object' || value === null) return false;
  const { pid, host, birth, since, token } = value as Record<string, unknown>; // an object: checked above
  return (
    Number.isInteger(pid) &&
    typeof host === 'string' &&
    (birth === null || typeof birth === 'string') &&
    typeof since === 'string' &&
    typeof token === 'string' &&
    /^[0-9a-f-]{36}$/.test(token)
  );
}

function tokenOf(holder: LockHolder | typeof UNREADABLE): string {
  return holder === UNREADABLE ? UNREADABLE : holder.token;
}

function codeOf(error: unknown): string {
  return isNativeError(error) && 'code' in error ? String(error.code) : '';
}
