/** Neighbouring classes differ by a tenth. */
const RATIO = 1.1;

/** Times in milliseconds by classes, so that the figures of many runs can be added up. */
export type Histogram = Readonly<Record<string, number>>;

export function histogramOf(milliseconds: readonly number[]): Histogram {
  const classes: Record<string, number> = {};
  for (const ms of milliseconds) {
    const key = String(Math.ceil(Math.log(Math.max(ms, 0.001)) / Math.log(RATIO)));
    classes[key] = (classes[key] ?? 0) + 1;
  }
  return classes;
}

/** Adds up what both say under each name. */
export function sumOf(
  a: Readonly<Record<string, number>>,
  b: Readonly<Record<string, number>>,
): Record<string, number> {
  const sum: Record<string, number> = { ...a };
  for (const [key, count] of Object.entries(b)) sum[key] = (sum[key] ?? 0) + count;
  return sum;
}

/** The upper end of the class that the p-th part of the times reaches into; 0 without any. */
export function quantile(histogram: Histogram, p: number): number {
  const classes = Object.entries(histogram)
    .map(([key, count]) => ({ upTo: RATIO ** Number(key), count }))
    .sort((a, b) => a.upTo - b.upTo);
  const total = classes.reduce((sum, { count }) => sum + count, 0);
  let seen = 0;
  for (const { upTo, count } of classes) {
    seen += count;
    if (seen >= p * total) return upTo;
  }
  return 0;
}
