import { RIVALS } from '../../libs/cache/test/coherence/adapters.js';

/** An application under test. */
export interface Subject {
  readonly name: string;
  /** The program that runs, from the root of the repository. */
  readonly program: string;
  /** Whether our own processes answer, which have to keep their promise and can be hooked into. */
  readonly own: boolean;
  readonly variables: Readonly<Record<string, string>>;
}

const API = 'apps/api/src/main.ts';
const RIVAL = 'bench/faults/rival.main.ts';

/** Short names for what the coherence harness calls otherwise. */
const ALIASES: Readonly<Record<string, string>> = { bentocache: 'bentocache-bus' };

/** @throws Error when there is no such subject */
export function subjectOf(name: string): Subject {
  if (name === 'gad') return { name, program: API, own: true, variables: {} };
  if (name === 'gad-bounded') {
    return { name, program: API, own: true, variables: { CACHE_CONSISTENCY: 'bounded' } };
  }
  const adapter = ALIASES[name] ?? name;
  if (adapter !== 'raw' && !isRival(adapter)) {
    const known = ['gad', 'gad-bounded', 'raw', 'bentocache', ...RIVALS];
    throw new Error(`There is no subject ${name}; there are ${known.join(', ')}.`);
  }
  return { name, program: RIVAL, own: false, variables: { ADAPTER: adapter } };
}

/** Whether a subject needs the rivals' package. */
export function needsRivals(name: string): boolean {
  return isRival(ALIASES[name] ?? name);
}

function isRival(adapter: string): boolean {
  return RIVALS.some((rival) => rival === adapter);
}
