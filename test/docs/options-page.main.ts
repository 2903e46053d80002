/**
 * Renews the tables of options in libs/cache/README.md from the declarations and their docstrings.
 *
 *   npm run docs:options
 */
import { writeFile } from 'node:fs/promises';
import { optionsPage, readPage, withTable } from './generated-page.js';
import { optionRows, optionTables } from './option-tables.js';

const text = await readPage(optionsPage);
await writeFile(optionsPage.file, withTable(optionsPage, text, optionTables(optionRows())));
