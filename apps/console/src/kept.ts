const PREFIX = 'gad.console.';

/** A choice of an earlier visit; undefined also where the browser keeps nothing. */
export function kept(name: string): string | undefined {
  try {
    return localStorage.getItem(PREFIX + name) ?? undefined;
  } catch {
    return undefined; // storage is switched off: every visit is the first
  }
}

/** Keeps a choice for the next visit. */
export function keep(name: string, value: string): void {
  try {
    localStorage.setItem(PREFIX + name, value);
  } catch {
    // Full or switched off: the choice holds for this visit.
  }
}
