import { DATABASE_FAULTS } from './database-faults.js';
import { PROCESS_FAULTS } from './process-faults.js';
import { CLUSTER_FAULTS } from './cluster-faults.js';
import type { ClusterHost } from './cluster-host.js';
import { LONG_OUTAGE, REDIS_FAULTS } from './redis-faults.js';
import { RELAY_FAULTS } from './relay-faults.js';
import type { Fault } from './stage.js';
import type { StoreHost } from './store-host.js';
import type { Random } from '../support/seeded-random.js';

const FAULTS: readonly Fault[] = [
  ...REDIS_FAULTS,
  ...PROCESS_FAULTS,
  ...RELAY_FAULTS,
  ...DATABASE_FAULTS,
];

/** A round, or the faults of these names. @throws Error when one of the names is no fault's */
export function faultsOf(names: readonly string[] | undefined): readonly Fault[] {
  return names === undefined ? FAULTS : named(names, [...FAULTS, LONG_OUTAGE]);
}

/** As `faultsOf`, on a Cluster. */
export function clusterFaultsOf(
  names: readonly string[] | undefined,
): readonly Fault<ClusterHost>[] {
  return names === undefined ? CLUSTER_FAULTS : named(names, CLUSTER_FAULTS);
}

function named<Redis extends StoreHost>(
  names: readonly string[],
  all: readonly Fault<Redis>[],
): readonly Fault<Redis>[] {
  return names.map((name) => {
    const fault = all.find((candidate) => candidate.name === name);
    if (fault !== undefined) return fault;
    const known = all.map((candidate) => `  ${candidate.name}`).join('\n');
    throw new Error(`There is no fault "${name}"; there are\n${known}`);
  });
}

/** Another order (Fisher and Yates). */
export function shuffled<T>(all: readonly T[], random: Random): T[] {
  const left = [...all];
  return all.flatMap(() => left.splice(Math.floor(random() * left.length), 1));
}
