/**
 * Renews the tables of docs/doctor.md and docs/problemas.md from the checks of the doctor.
 *
 *   npm run docs:doctor
 */
import { writeFile } from 'node:fs/promises';
import { doctorTable, problemasText } from './doctor-page.js';
import { doctorPage, problemasPage, readPage, withTable } from './generated-page.js';

for (const [page, table] of [
  [doctorPage, doctorTable()],
  [problemasPage, problemasText()],
] as const) {
  await writeFile(page.file, withTable(page, await readPage(page), table));
}
