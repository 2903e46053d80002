import cliProgress from 'cli-progress';
import type { SeedProgress } from './load-large-set.js';

const FORMAT =
  '{what} [{bar}] {percentage}% | {value}/{total} | {duration_formatted}, {eta_formatted} left';

/** A bar that moves, for a terminal. */
export class ProgressBar implements SeedProgress {
  #bar: cliProgress.SingleBar | undefined;

  start(what: string, total: number): void {
    this.#bar = new cliProgress.SingleBar({ format: FORMAT, hideCursor: true, etaBuffer: 50 });
    this.#bar.start(total, 0, { what: what.padEnd(8) });
  }

  advance(count: number): void {
    this.#bar?.increment(count);
  }

  end(): void {
    this.#bar?.stop();
    this.#bar = undefined;
  }
}

/** A line for every tenth, for logs and pipes. */
export class ProgressLines implements SeedProgress {
  #what = '';
  #total = 0;
  #done = 0;

  constructor(private readonly write: (line: string) => void) {}

  start(what: string, total: number): void {
    this.#what = what;
    this.#total = total;
    this.#done = 0;
  }

  advance(count: number): void {
    const tenth = () => Math.floor((this.#done / this.#total) * 10);
    const before = tenth();
    this.#done += count;
    if (tenth() > before) {
      this.write(
        `${this.#what}: ${String(this.#done)} of ${String(this.#total)} (${String(tenth() * 10)} %)`,
      );
    }
  }

  end(): void {
    this.#total = 0;
  }
}
