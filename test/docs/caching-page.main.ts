/**
 * Renews the table of docs/caching.md from the code.
 *
 *   npm run docs:caching
 */
import { writeFile } from 'node:fs/promises';
import { cachingTable } from './caching-table.js';
import { cachingPage, readPage, withTable } from './generated-page.js';

const text = await readPage(cachingPage);
await writeFile(cachingPage.file, withTable(cachingPage, text, cachingTable()));
