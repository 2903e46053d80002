import { CACHE_METRICS } from '../../apps/api/src/metrics/cache-metrics.js';
import type { Metric } from '../../apps/api/src/metrics/metric.js';
import { markdownTable } from './generated-page.js';

const OF = { process: 'this process', store: 'the store' };

/** The table of metrics, in Markdown, out of their definitions. */
export function metricsTable(metrics: readonly Metric[] = CACHE_METRICS): string {
  const rows = metrics.map(({ name, type, labels, help, of }) => [
    `\`${name}\``,
    type,
    labels.map((label) => `\`${label}\``).join(', '),
    help,
    OF[of],
  ]);
  return markdownTable([['Metric', 'Type', 'Labels', 'What it says', 'Of'], ...rows]);
}
