import { basename, dirname } from 'node:path';
import { canInstallPackages, installPackages } from './debian-packages.js';
import { findInPath } from './executables.js';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/**
 * The path of a Chromium: `CHROMIUM_PROGRAM`, one in `PATH`, or Debian's package, installed on the
 * spot when this process is root.
 *
 * @throws Error with one sentence that says what to install
 */
export async function findChromium(): Promise<string> {
  const named = process.env['CHROMIUM_PROGRAM'];
  if (named !== undefined) {
    const path = findInPath(basename(named), dirname(named));
    if (path !== undefined) return path;
    throw new Error(`CHROMIUM_PROGRAM names no program: ${named}. Give the full path of one.`);
  }
  const installed = inPath();
  if (installed !== undefined) return installed;
  if (canInstallPackages()) {
    process.stderr.write('test browser: installing chromium with apt-get (once, about a minute)\n');
    await installPackages(['chromium']);
  }
  const path = inPath();
  if (path !== undefined) return path;
  throw new Error(
    'The tests of the console need Chromium: install it (Debian: sudo apt-get install chromium), then run again.',
  );
}

const inPath = (): string | undefined =>
  NAMES.map((name) => findInPath(name)).find((path) => path !== undefined);
