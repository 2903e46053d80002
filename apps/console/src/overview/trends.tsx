import type { JSX } from 'preact';
import { Chart } from '../charts/chart.js';
import { milliseconds, percent, rate } from '../i18n/format.js';
import { isUnknown } from '../i18n/known.js';
import { READ_KINDS, type RatesView, type ReadKind } from './rates.js';
import { overviewTexts } from './texts.js';

const TOKENS: Readonly<Record<ReadKind, string>> = {
  hit: '--chart-hit',
  local_hit: '--chart-local',
  stale_hit: '--chart-stale',
  miss: '--chart-miss',
  bypass: '--chart-bypass',
};

/** How reads, hit ratio and loads went. */
export function Trends({ view }: { view: RatesView }): JSX.Element {
  const text = overviewTexts();
  const kinds = READ_KINDS.filter(
    // What never happens needs no line, but hits and misses always have theirs.
    (kind) =>
      kind === 'hit' || kind === 'miss' || view.reads[kind].some((value) => (value ?? 0) > 0),
  );
  const ratios = view.ratio.filter((ratio) => ratio !== null);
  const loads = view.loadMs.filter((ms) => ms !== null);
  const now = READ_KINDS.map((kind) => view.reads[kind].at(-1)).filter(
    (value) => !isUnknown(value),
  );
  return (
    <>
      <Chart
        title={text.reads}
        summary={text.readsSummary(
          now.length === 0 ? null : now.reduce((sum, value) => sum + value, 0),
          view.ratio.at(-1) ?? null,
        )}
        times={view.times}
        isStacked
        height={240}
        format={rate}
        series={kinds.map((kind) => ({
          label: text.kinds[kind],
          token: TOKENS[kind],
          values: view.reads[kind],
        }))}
      />
      <div class="pair">
        <Chart
          title={text.ratio}
          summary={text.ratioSummary(least(ratios), most(ratios))}
          times={view.times}
          max={1}
          format={percent}
          series={[{ label: text.hitRatio, token: '--chart-hit', values: view.ratio }]}
        />
        <Chart
          title={text.loadTime}
          summary={text.loadSummary(loads.length === 0 ? null : milliseconds(most(loads)))}
          times={view.times}
          format={milliseconds}
          series={[{ label: text.load, token: '--chart-local', values: view.loadMs }]}
        />
      </div>
    </>
  );
}

const least = (values: readonly number[]): number | null =>
  values.length === 0 ? null : Math.min(...values);
const most = (values: readonly number[]): number | null =>
  values.length === 0 ? null : Math.max(...values);
