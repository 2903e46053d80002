/**
 * Renews the table of docs/caching.md from the code.
 *
 *   npm run docs:caching
 */
import { writeFile } from 'node:fs/promises';
import { cachingPage, readPage, withTable } from './caching-page.js';
import { cachingTable } from './caching-table.js';

await writeFile(cachingPage, await withTable(await readPage(), cachingTable()));
