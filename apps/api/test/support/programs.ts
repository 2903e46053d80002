import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where every command of the API runs. */
export const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));

/** The source of each command, from the root. */
export const SOURCES = {
  main: 'apps/api/src/main.ts',
  migrate: 'apps/api/src/database/migrate.main.ts',
  seed: 'apps/api/src/seed/seed.main.ts',
  admin: 'apps/api/src/admin/admin.main.ts',
  doctor: 'apps/api/src/doctor/doctor.main.ts',
  /** The API with `verify/faults/preload.ts`. */
  faults: 'verify/faults/api.main.ts',
};

/** What Node runs from TypeScript; the sources can be preloaded with changes. */
export const fromSource = (program: string): string[] => [
  ...['--import', './tools/typescript.mjs'],
  program,
];

/**
 * What Node runs for a command of the API: a bundle where the set-up of the tests made one, which
 * starts in a seventh of the processor time, else the sources.
 */
export function programOf(command: keyof typeof SOURCES): string[] {
  const bundles = process.env['API_PROGRAMS'];
  return bundles === undefined ? fromSource(SOURCES[command]) : [join(bundles, `${command}.js`)];
}
