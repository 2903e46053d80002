import { appendFileSync, existsSync, readFileSync, truncateSync } from 'node:fs';
import { added, type RoundResult } from './round-result.js';

/**
 * Rounds that have been run before, one JSON line each; empty when there is no such file. A last line
 * that was cut off, because the run was killed while it wrote, is taken out of the file.
 */
export function readResults(path: string): RoundResult[] {
  if (!existsSync(path)) return [];
  const text = readFileSync(path, 'utf8');
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  if (whole !== text) truncateSync(path, Buffer.byteLength(whole));
  const lines = whole.split('\n').filter(Boolean);
  // Written by `appendResult`.
  return lines.map((line) => JSON.parse(line) as RoundResult);
}

export function appendResult(path: string, result: RoundResult): void {
  appendFileSync(path, `${JSON.stringify(result)}\n`);
}

/** One sum a subject, in the order of their first rounds. */
export function totals(results: readonly RoundResult[]): RoundResult[] {
  const sums = new Map<string, RoundResult>();
  for (const result of results) {
    const before = sums.get(result.subject);
    sums.set(result.subject, before === undefined ? result : added(before, result));
  }
  return [...sums.values()];
}
