/**
 * Compiles the Lua scripts of the Redis store into a TypeScript module: `npm run generate:lua`. So
 * they need no file of their own at run time, in a build, in a package or in a bundle.
 */
import { writeFileSync } from 'node:fs';
import { COMPILED, compiledModule, readScripts } from './compile-scripts.js';

writeFileSync(COMPILED, compiledModule(readScripts()));
