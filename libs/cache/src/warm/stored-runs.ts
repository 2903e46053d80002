import type { WarmResult, WarmRun } from './cache-warmer.js';

/** A run that another process has stored; `undefined` if it cannot be read. */
export function runOf(text: string): WarmRun | undefined {
  return parsed<WarmRun>(text);
}

/** Results of any processes; what cannot be read is left out. */
export function resultsOf(texts: readonly string[]): WarmResult[] {
  return texts.map(parsed<WarmResult>).filter((one) => one !== undefined);
}

function parsed<T>(text: string): T | undefined {
  try {
    // Written by this library, in this or another version.
    return JSON.parse(text) as T;
  } catch {
    return undefined;
  }
}
