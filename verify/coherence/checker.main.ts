/**
 * Judges histories in a process of its own and prints the verdict as JSON:
 *
 *   node --import ./tools/typescript.mjs verify/coherence/checker.main.ts <history> …
 */
import { checkHistories } from './check-history.js';

console.log(JSON.stringify(await checkHistories(process.argv.slice(2))));
