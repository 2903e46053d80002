import type uPlot from 'uplot';
import { isUnknown } from '../i18n/known.js';
import { shortTime } from '../i18n/format.js';
import { tokenColor } from './token-color.js';

export interface Series {
  readonly label: string;
  /** The custom property of its colour. */
  readonly token: string;
  /** One for each time; null where nothing is known. */
  readonly values: readonly (number | null)[];
}

export interface PlotSettings {
  readonly series: readonly Series[];
  /** Draws each series on top of the ones before it. */
  readonly isStacked: boolean;
  readonly format: (value: number) => string;
  /** The top of the scale; without it that of the values. */
  readonly max: number | undefined;
  readonly height: number;
  /** The point under the pointer, or null. */
  readonly onPoint: (index: number | null) => void;
}

/** How a chart looks inside an element, in the colours and type of the page. */
export function plotOptions(within: HTMLElement, settings: PlotSettings): uPlot.Options {
  const { series, isStacked, format, max, height, onPoint } = settings;
  const text = tokenColor('--muted', within);
  const grid = { stroke: tokenColor('--chart-grid', within), width: 1 };
  const axis = {
    stroke: text,
    font: `12px ${getComputedStyle(within).fontFamily}`,
    ticks: { show: false },
  };
  const lines = series.map(({ token }): uPlot.Series => {
    const stroke = tokenColor(token, within);
    return {
      stroke,
      width: isStacked ? 1 : 2,
      fill: isStacked ? stroke : fade(stroke),
      points: { size: 4, filter: isolated },
      spanGaps: false,
    };
  });
  return {
    width: Math.max(1, within.clientWidth),
    height,
    padding: [8, 18, 0, 0], // half a label beyond the last time
    legend: { show: false },
    cursor: { y: false, points: { size: 7 }, drag: { x: false, y: false } },
    scales: {
      x: { time: true },
      y: { range: (_, __, top) => [0, max ?? roomFor(top)] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 30,
        space: 72,
        values: (_, moments) => moments.map((seconds) => shortTime(seconds * 1_000)),
      },
      {
        ...axis,
        grid,
        size: 58,
        space: 38,
        values: (_, values) => values.map(format),
      },
    ],
    // The top of a stack is drawn first, and the parts below it over it.
    series: [{}, ...(isStacked ? lines.reverse() : lines)],
    hooks: { setCursor: [({ cursor }) => onPoint(cursor.idx ?? null)] },
  };
}

/** The columns of a chart: the times, and the values or the tops of their stack. */
export function plotData(
  times: readonly number[],
  { series, isStacked }: Pick<PlotSettings, 'series' | 'isStacked'>,
): uPlot.AlignedData {
  if (!isStacked) return [[...times], ...series.map(({ values }) => [...values])];
  const tops = series.map(({ values }, at) =>
    values.map((value, point) =>
      value === null
        ? null
        : series.slice(0, at + 1).reduce((sum, one) => sum + (one.values[point] ?? 0), 0),
    ),
  );
  return [[...times], ...tops.reverse()];
}

/** Points without neighbours, which no line shows. */
const isolated: uPlot.Series.Points.Filter = (plot, at) => {
  const values = plot.data[at] ?? [];
  return [...values.keys()].filter(
    (point) =>
      !isUnknown(values[point]) && isUnknown(values[point - 1]) && isUnknown(values[point + 1]),
  );
};

/** A little more than the highest value, and at least one. */
function roomFor(top: number | null): number {
  return top === null || top <= 0 ? 1 : top * 1.08;
}

const fade = (color: string): string => `color-mix(in srgb, ${color} 12%, transparent)`;
