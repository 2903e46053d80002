import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { isUnknown } from '../i18n/known.js';
import { time, UNKNOWN } from '../i18n/format.js';
import { language } from '../i18n/language.js';
import { isDark } from '../ui/theme.js';
import { uiTexts } from '../ui/texts.js';
import './chart.css';
import { plotData, plotOptions, type Series } from './plot-options.js';

interface ChartProps {
  readonly title: string;
  /** What it shows, in one sentence. */
  readonly summary: string;
  /** Seconds since 1970. */
  readonly times: readonly number[];
  readonly series: readonly Series[];
  readonly format: (value: number) => string;
  readonly isStacked?: boolean;
  readonly max?: number | undefined;
  readonly height?: number;
}

/** Values over time: drawn, in a sentence, and as a table. */
export function Chart(props: ChartProps): JSX.Element {
  const { title, summary, times, series, format } = props;
  const [point, setPoint] = useState<number | null>(null);
  const place = usePlot(props, setPoint);
  const at = point ?? times.length - 1;
  return (
    <figure class="card chart">
      <figcaption class="head">
        <h2>{title}</h2>
        <p class="small muted">{summary}</p>
      </figcaption>
      <div ref={place} class="plot" aria-hidden="true" />
      <ul class="legend">
        {series.map(({ label, token, values }) => (
          <li key={label}>
            <span class="swatch" style={{ background: `var(${token})` }} />
            {label} <b class="number">{shown(values[at], format)}</b>
          </li>
        ))}
        <li class="muted number">{point === null ? '' : time((times[point] ?? 0) * 1_000)}</li>
      </ul>
      <ChartTable times={times} series={series} format={format} />
    </figure>
  );
}

/** The canvas: made anew for another look, given new data otherwise. */
function usePlot(
  { times, series, format, isStacked = false, max, height = 200 }: ChartProps,
  onPoint: (index: number | null) => void,
): { current: HTMLDivElement | null } {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const look = `${String(isDark.value)} ${language.value} ${series.map((one) => one.label).join()}`;
  useEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    const settings = { series, isStacked, format, max, height, onPoint };
    const drawn = new uPlot(plotOptions(element, settings), plotData(times, settings), element);
    plot.current = drawn;
    const observer = new ResizeObserver(() => {
      if (element.clientWidth > 0) drawn.setSize({ width: element.clientWidth, height });
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      drawn.destroy();
    };
  }, [look, isStacked, max, height]);
  useEffect(() => {
    plot.current?.setData(plotData(times, { series, isStacked }));
  }, [times, series]);
  return place;
}

/** The same values in rows, the newest first; made when it is opened. */
function ChartTable({
  times,
  series,
  format,
}: Pick<ChartProps, 'times' | 'series' | 'format'>): JSX.Element {
  const [isOpen, setOpen] = useState(false);
  const text = uiTexts();
  return (
    <details class="as-table" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>{text.asTable}</summary>
      {isOpen ? (
        <div class="scroll" tabIndex={0}>
          <table class="table">
            <thead>
              <tr>
                <th scope="col">{text.time}</th>
                {series.map(({ label }) => (
                  <th key={label} scope="col" class="end">
                    {label}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {times
                .map((seconds, at) => (
                  <tr key={seconds}>
                    <td class="number">{time(seconds * 1_000)}</td>
                    {series.map(({ label, values }) => (
                      <td key={label} class="end">
                        {shown(values[at], format)}
                      </td>
                    ))}
                  </tr>
                ))
                .reverse()}
            </tbody>
          </table>
        </div>
      ) : null}
    </details>
  );
}

const shown = (value: number | null | undefined, format: (value: number) => string): string =>
  isUnknown(value) ? UNKNOWN : format(value);
