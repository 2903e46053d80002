import { describe, expect, it } from '@jest/globals';
import { CACHE_CHECKS } from '@gad/cache/store';
import { API_CHECKS } from '../apps/api/src/doctor/api-checks.js';
import { doctorTable, problemasText } from './docs/doctor-page.js';
import { doctorPage, problemasPage, readPage, withTable } from './docs/generated-page.js';

describe('docs/doctor.md and docs/problemas.md', () => {
  it('docs/doctor.md has the findings that the checks define (npm run docs:doctor renews them)', async () => {
    const page = await readPage(doctorPage);
    expect(page).toBe(withTable(doctorPage, page, doctorTable()));
    for (const { id } of [...CACHE_CHECKS, ...API_CHECKS]) expect(page).toContain(`<a id="${id}"`);
  });

  it('docs/problemas.md has the doors of the guide that the checks define', async () => {
    const page = await readPage(problemasPage);
    expect(page).toBe(withTable(problemasPage, page, problemasText()));
    expect(page.match(/^## Problema [1-4]/gm)).toHaveLength(4);
  });

  it('the pages of the doctor are out of step when a text of a check changes', () => {
    const [first, ...rest] = CACHE_CHECKS;
    if (first === undefined) throw new Error('there are no checks');
    const changed = { ...first, title: { en: 'Else', es: 'Otro' } };
    expect(doctorTable([changed, ...rest])).not.toBe(doctorTable([first, ...rest]));
    expect(problemasText([changed, ...rest])).not.toBe(problemasText([first, ...rest]));
  });

  it('the checks of the doctor have ids that differ, and explain ids that there are', () => {
    const checks = [...CACHE_CHECKS, ...API_CHECKS];
    const ids = checks.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(
      checks.flatMap(({ explains = [] }) => explains).filter((id) => !ids.includes(id)),
    ).toEqual([]);
  });
});
