import { quantile, spread } from '../measure.js';
import type { Outcome } from './load.js';

/** What one set-up showed in one turn. */
export interface Turn extends Outcome {
  /** Microseconds of processor time of the server, per answer. */
  readonly cpuUs: number;
  /** Bytes that it allocates and promises that it makes per answer, where they were counted. */
  readonly bytes?: number;
  readonly promises?: number;
}

/** Prints a table with a row for each set-up; ratios are to the first one. */
export function printTable(title: string, turns: ReadonlyMap<string, readonly Turn[]>): void {
  const [base = []] = turns.values();
  const rows = [...turns].map(([name, each]) => {
    const ratio = (of: (turn: Turn) => number): string =>
      spread(
        each.map((turn, round) => of(turn) / of(base[round] ?? turn)),
        2,
      );
    const figure = (of: (turn: Turn) => number, digits: number): string =>
      spread(each.map(of), digits);
    const [rate, cpu] = [({ perSecond }: Turn) => perSecond, ({ cpuUs }: Turn) => cpuUs];
    const time = (share: number): string =>
      figure(({ times }) => times[Math.floor(share * (times.length - 1))] ?? NaN, 2);
    const counted = (of: (turn: Turn) => number | undefined, unit: number): string => {
      const found = each.flatMap((turn) => of(turn) ?? []);
      return (quantile(found, 0.5) / unit).toFixed(1);
    };
    return [
      name,
      ...[figure(rate, 0), ratio(rate), figure(cpu, 0), ratio(cpu), time(0.5), time(0.99)],
      figure(({ otherwise }) => 100 * otherwise, 1),
      ...[counted(({ bytes }) => bytes, 1_024), counted(({ promises }) => promises, 1)],
    ];
  });
  const head = [
    ...['set-up', 'answers a second', '×', 'processor, µs', '×', 'p50, ms', 'p99, ms'],
    ...['not so, %', 'KiB allocated', 'promises'],
  ];
  console.log(`\n### ${title}\n`);
  for (const row of [head, head.map(() => '---'), ...rows]) console.log(`| ${row.join(' | ')} |`);
}
