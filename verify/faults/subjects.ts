import { RIVALS } from '../coherence/adapters.js';

/** An application under test. */
export interface Subject {
  readonly name: string;
  /** The program that runs, from the root of the repository. Default: the API. */
  readonly program?: string;
  /** Whether our own processes answer, which have to keep their promise and can be hooked into. */
  readonly own: boolean;
  readonly variables: Readonly<Record<string, string>>;
}

/** The API itself, by its settings. */
const OWN: Readonly<Record<string, Subject['variables']>> = {
  gad: {},
  'gad-bounded': { CACHE_CONSISTENCY: 'bounded' },
  // Copies in process memory, and removals that wait until every process has dropped its own.
  'gad-local': { CACHE_LOCAL: 'true' },
};
const RIVAL = 'verify/faults/rival.main.ts';

/** The one rival on a Cluster; the others have no mode for it here. */
const RAW_CLUSTER: Subject = {
  ...{ name: 'raw', program: RIVAL, own: false },
  variables: { ADAPTER: 'raw-cluster' },
};

/** Short names for what the coherence harness calls otherwise. */
const ALIASES: Readonly<Record<string, string>> = { bentocache: 'bentocache-bus' };

/** @throws Error when there is no such subject */
export function subjectOf(name: string): Subject {
  const own = OWN[name];
  if (own !== undefined) return { name, own: true, variables: own };
  const adapter = ALIASES[name] ?? name;
  if (adapter !== 'raw' && !isRival(adapter)) {
    const known = [...Object.keys(OWN), 'raw', 'bentocache', ...RIVALS];
    throw new Error(`There is no subject ${name}; there are ${known.join(', ')}.`);
  }
  return { name, program: RIVAL, own: false, variables: { ADAPTER: adapter } };
}

/** @throws Error when there is no such subject on a Cluster */
export function clusterSubjectOf(name: string): Subject {
  if (name === 'raw') return RAW_CLUSTER;
  if (name === 'gad') return subjectOf(name);
  throw new Error(`On a Cluster there is no subject ${name}; there are gad, raw.`);
}

/** Whether a subject needs the rivals' package. */
export function needsRivals(name: string): boolean {
  return isRival(ALIASES[name] ?? name);
}

function isRival(adapter: string): boolean {
  return RIVALS.some((rival) => rival === adapter);
}
