import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { added, type RoundResult } from './round-result.js';

/** Rounds that have been run before, one JSON line each; empty when there is no such file. */
export function readResults(path: string): RoundResult[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean);
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
