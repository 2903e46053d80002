/**
 * Lets Node run the repository's TypeScript without a build:
 *
 *   node --import ./tools/typescript.mjs <file>.ts
 *
 * The compiler is the tests' own (swc, with the same .swcrc), so code behaves here as it does in
 * them. Types are not checked; `npm run typecheck` does that.
 */
import { register } from 'node:module';

register('./typescript-hooks.mjs', import.meta.url);
