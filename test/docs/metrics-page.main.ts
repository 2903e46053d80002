/**
 * Renews the table of docs/metrics.md from the code.
 *
 *   npm run docs:metrics
 */
import { writeFile } from 'node:fs/promises';
import { metricsPage, readPage, withTable } from './generated-page.js';
import { metricsTable } from './metrics-table.js';

const text = await readPage(metricsPage);
await writeFile(metricsPage.file, withTable(metricsPage, text, metricsTable()));
