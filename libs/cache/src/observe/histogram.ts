/** 8 cells for each octave of microseconds: from 1 µs to 71 minutes in 240 of 256 cells. */
const CELLS = 256;
const CELLS_AN_OCTAVE = 8;
/** Longest duration that has a cell of its own, in microseconds. */
const LONGEST_US = 2 ** 32 - 1;

/** Bounds for {@link Histogram.upTo}, in milliseconds: 64 µs to 34 s, each twice the one before. */
export const BOUNDS_MS: readonly number[] = Array.from({ length: 20 }, (_, at) => 0.064 * 2 ** at);

/** The cells of a histogram that are not empty, as pairs of cell and count. */
export type HistogramCells = readonly number[];

/**
 * Durations in cells whose width is at most an eighth of where they begin, so that a quantile is
 * within 12.5 % of the true one. Histograms of several processes add up exactly. Log-linear cells
 * are Gil Tene's, of HdrHistogram.
 */
export class Histogram {
  readonly #cells = new Float64Array(CELLS);
  #sumUs = 0;
  #count = 0;
  #json: { readonly count: number; readonly text: string } | undefined;

  /** Adds `count` durations of `ms` milliseconds. Cost: no allocation, no clock. */
  add(ms: number, count = 1): void {
    const us = ms > 0 ? Math.min(Math.round(ms * 1_000), LONGEST_US) : 0;
    const cell = cellOf(us);
    this.#cells[cell] = (this.#cells[cell] ?? 0) + count;
    this.#sumUs += us * count;
    this.#count += count;
  }

  /** The sum of all durations, in milliseconds; of merged ones within 12.5 %. */
  get sumMs(): number {
    return this.#sumUs / 1_000;
  }

  /** Adds the cells of another histogram. Cells that are none are ignored: another version sent them. */
  merge(cells: HistogramCells): void {
    for (let at = 0; at + 1 < cells.length; at += 2) {
      const [cell = -1, count = NaN] = [cells[at], cells[at + 1]];
      if (!Number.isInteger(cell) || cell < 0 || cell >= CELLS || !(count > 0)) continue;
      this.#cells[cell] = (this.#cells[cell] ?? 0) + count;
      this.#sumUs += middleOf(cell) * 1_000 * count;
      this.#count += count;
    }
  }

  get count(): number {
    return this.#count;
  }

  /**
   * The duration in milliseconds that a share (0..1) of all durations does not exceed;
   * `undefined` without any.
   */
  quantile(share: number): number | undefined {
    const wanted = share * this.count;
    let seen = 0;
    for (const [cell, count] of this.#cells.entries()) {
      seen += count;
      if (count > 0 && seen >= wanted) return middleOf(cell);
    }
    return undefined;
  }

  /** How many durations lie in cells that end at or below `ms` milliseconds. */
  countUpTo(ms: number): number {
    let count = 0;
    for (const [cell, inCell] of this.#cells.entries()) {
      if (beginOf(cell + 1) / 1_000 > ms) break;
      count += inCell;
    }
    return count;
  }

  /** For each of {@link BOUNDS_MS} how many durations are below it. */
  upTo(): number[] {
    let [count, cell] = [0, 0];
    return BOUNDS_MS.map((bound) => {
      for (const end = cellOf(bound * 1_000); cell < end; cell++) count += this.#cells[cell] ?? 0;
      return count;
    });
  }

  /** JSON of the cells that are not empty. Cost: none if nothing was added since the last call. */
  get json(): string {
    if (this.#json?.count !== this.#count) {
      this.#json = { count: this.#count, text: JSON.stringify(this.cells()) };
    }
    return this.#json.text;
  }

  /** The cells that are not empty. */
  cells(): HistogramCells {
    const cells: number[] = [];
    for (let cell = 0; cell < CELLS; cell++) {
      const count = this.#cells[cell] ?? 0;
      if (count > 0) cells.push(cell, count);
    }
    return cells;
  }
}

/** @param us whole microseconds, up to the longest */
function cellOf(us: number): number {
  if (us < CELLS_AN_OCTAVE) return us;
  const octave = 31 - Math.clz32(us);
  return (octave - 2) * CELLS_AN_OCTAVE + ((us >>> (octave - 3)) & 7);
}

/** Where a cell begins, in microseconds. */
function beginOf(cell: number): number {
  if (cell < CELLS_AN_OCTAVE) return cell;
  const octave = Math.floor(cell / CELLS_AN_OCTAVE) + 2;
  return (CELLS_AN_OCTAVE + (cell % CELLS_AN_OCTAVE)) * 2 ** (octave - 3);
}

function middleOf(cell: number): number {
  return (beginOf(cell) + beginOf(cell + 1) - 1) / 2 / 1_000;
}
