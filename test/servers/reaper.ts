import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What must not outlive this process. */
export interface Guarded {
  /** A process to end. */
  pid?: number;
  /** How to end it; it gets SIGKILL when that takes seconds. */
  signal?: NodeJS.Signals;
  /** A temporary directory to delete. */
  directory?: string;
  /** A container to remove, by its name. */
  container?: string;
}

let reaper: ChildProcess | undefined;
let lastId = 0;
const guarded = new Set<number>();

/**
 * Has the servers' remains removed when this process ends in whatever way, SIGKILL included. The
 * reaper is one small process per owner, started with the first item and ended with the last.
 *
 * @returns a function that takes the item off the list.
 */
export function guard(item: Guarded): () => void {
  reaper ??= start();
  const id = ++lastId;
  guarded.add(id);
  send({ command: 'watch', id, item });
  return () => {
    if (!guarded.delete(id)) return;
    send({ command: 'forget', id });
    if (guarded.size > 0) return;
    reaper?.stdin?.end();
    reaper = undefined;
  };
}

function start(): ChildProcess {
  const script = fileURLToPath(new URL('reaper-process.mjs', import.meta.url));
  const child = spawn(process.execPath, [script], {
    // In a session of its own: Ctrl-C in the terminal must not reach it before it has done its work.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  child.unref();
  // EPIPE when the reaper was ended by hand; the servers still stop in the ordinary way.
  child.stdin.on('error', () => undefined);
  return child;
}

function send(message: { command: 'watch' | 'forget'; id: number; item?: Guarded }): void {
  reaper?.stdin?.write(`${JSON.stringify(message)}\n`);
}
