import { execFile } from 'node:child_process';
import type * as Fs from 'node:fs';
import { resolve } from 'node:path';
import type * as Path from 'node:path';
import { ConfigurationError } from './parse-environment.js';

/** A folder behind a mount that is gone answers never; the start is to end within five seconds. */
const TIMEOUT_MS = 3_000;

/**
 * Makes the data folder where it is missing, and makes it private: folders 0700, files 0600, also
 * those that are there already. In a process of its own, which can be given up: a call on a path
 * that hangs would keep this one from ever ending.
 *
 * @returns the absolute path
 * @throws ConfigurationError, one sentence that names DATA_DIR, when it cannot be used
 */
export async function openDataFolder(dataDir: string): Promise<string> {
  const folder = resolve(dataDir);
  // In the bundle, functions are wrapped to keep their names.
  const names = 'const __name = (made) => made;';
  const script = `${names}(${makePrivate.toString()})(require('node:fs'), require('node:path'), process.argv[1])`;
  const failure = await new Promise<string | undefined>((answer) => {
    execFile(
      process.execPath,
      ['--eval', script, folder],
      { timeout: TIMEOUT_MS, killSignal: 'SIGKILL', env: {} },
      (error, _stdout, stderr) => {
        if (error === null) answer(undefined);
        else if (error.killed === true) answer('it does not answer: is it on a mount that hangs?');
        else answer(/^\w*Error: (.*)$/m.exec(stderr)?.[1] ?? error.message);
      },
    );
  });
  if (failure === undefined) return folder;
  throw new ConfigurationError(
    'DATA_DIR',
    `names the folder ${folder}, which cannot be used (${failure}): set it to one that this user may write`,
  );
}

/** Runs as text in another process: nothing from outside but its arguments. */
function makePrivate(fs: typeof Fs, path: typeof Path, folder: string): void {
  /** Everything that the API keeps in the folder. */
  const ours = /^(db|db\.lock.*|db\.unfinished|jwt-secret.*)$/;
  // One by one: Node's own recursion never ends where the system says that a parent is missing.
  const make = (at: string): void => {
    if (fs.existsSync(at)) return;
    make(path.dirname(at));
    try {
      fs.mkdirSync(at, { mode: 0o700 });
    } catch (error) {
      // Another process that starts at the same time was quicker.
      if (!fs.existsSync(at)) throw error;
    }
  };
  const restrict = (at: string): void => {
    const stat = fs.statSync(at, { throwIfNoEntry: false });
    // A draft of another process that starts at the same time.
    if (stat === undefined) return;
    if (!stat.isDirectory() && !stat.isFile()) throw new Error(`${at} is neither file nor folder`);
    const mode = stat.isDirectory() ? 0o700 : 0o600;
    if ((stat.mode & 0o777) !== mode) fs.chmodSync(at, mode);
    if (stat.isDirectory()) for (const name of fs.readdirSync(at)) restrict(path.join(at, name));
  };
  make(folder);
  const stat = fs.statSync(folder);
  if (!stat.isDirectory()) throw new Error('it is no folder');
  const names = fs.readdirSync(folder);
  // Also used for other things, it keeps its mode: what is ours in it is private by itself.
  const whole = names.every((name) => ours.test(name)) && stat.uid === process.getuid?.();
  if (whole) fs.chmodSync(folder, 0o700);
  for (const name of names) if (ours.test(name)) restrict(path.join(folder, name));
  const probe = path.join(folder, `db.lock.${String(process.pid)}.probe`);
  fs.writeFileSync(probe, '');
  fs.rmSync(probe);
}
