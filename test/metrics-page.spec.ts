import { describe, expect, it } from '@jest/globals';
import { CACHE_METRICS } from '../apps/api/src/metrics/cache-metrics.js';
import { metricsPage, readPage, withTable } from './docs/generated-page.js';
import { metricsTable } from './docs/metrics-table.js';

describe('docs/metrics.md', () => {
  it('docs/metrics.md has the table that the definitions make (npm run docs:metrics renews it)', async () => {
    const page = await readPage(metricsPage);
    expect(page).toBe(withTable(metricsPage, page, metricsTable()));
  });

  it('docs/metrics.md is found out of step when a name, a label or a sentence of a metric changes', async () => {
    const page = await readPage(metricsPage);
    const [first, ...rest] = CACHE_METRICS;
    if (first === undefined) throw new Error('there are no metrics');
    for (const changed of [{ name: 'cache_other' }, { labels: ['tenant'] }, { help: 'Other' }]) {
      expect(
        withTable(metricsPage, page, metricsTable([{ ...first, ...changed }, ...rest])),
      ).not.toBe(page);
    }
  });
});
