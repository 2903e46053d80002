import { fileURLToPath } from 'node:url';

/** Beside this file in the sources as well as in the build, which copies it as an asset. */
export const MIGRATIONS_FOLDER = fileURLToPath(new URL('./migrations', import.meta.url));
