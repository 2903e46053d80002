import type { WarmResult, WarmRun } from './cache-warmer.js';

/** A run that another process has stored; `undefined` if it cannot be read. */
export function runOf(text: string): WarmRun | undefined {
  return parsed<WarmRun>(text);
}

/** Results of any processes; what cannot be read is left out. */
export function resultsOf(texts: readonly string[]): WarmResult[] {
  return texts.map(parsed<WarmResult>).filter((one) => one !== undefined);
}

/** Why and how a run ended, how long it took and what each warmer did. */
export function inWords({ outcome, reason, startedAt, endedAt, warmers }: WarmResult): string {
  const parts = warmers.map(
    ({ name, done, skipped, failed }) =>
      `${name} ${done} loaded, ${skipped} present, ${failed} failed`,
  );
  const seconds = ((endedAt - startedAt) / 1_000).toFixed(1);
  return `(${reason}, ${outcome}) after ${seconds} s: ${parts.join('; ')}`;
}

function parsed<T>(text: string): T | undefined {
  try {
    // Written by this library, in this or another version.
    return JSON.parse(text) as T;
  } catch {
    return undefined;
  }
}
