import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '../support/seeded-random.js';
import { DEMO_PASSWORD, DEMO_SUPERVISOR } from '../../apps/api/src/demo-data/demo-usuarios.js';
import { DatabaseHost } from './database-host.js';
import { Downtimes } from './downtimes.js';
import { shuffled } from './faults.js';
import { Fleet } from './fleet.js';
import type { Violation } from './judge.js';
import { Load } from './load.js';
import { resultOf, type RoundResult, type Strike } from './round-result.js';
import { Slots } from './slots.js';
import { between, MissedStrikeError, type Fault, type Stage } from './stage.js';
import type { StoreHost } from './store-host.js';
import type { Subject } from './subjects.js';

const WARM_UP_MS = 2_000;
/** Between the end of a fault and the next one. */
const SETTLE_MS = { least: 2_000, most: 3_500 };
/** After the last write, before a key is called stuck. */
const QUIET_MS = 2_000;

export interface RunOptions<Redis extends StoreHost> {
  /** Starts the store under test; the function says what time it is in the history. */
  readonly startStore: (now: () => number) => Promise<Redis>;
  readonly faults: readonly Fault<Redis>[];
  /** No round begins after so many seconds; one that has begun is run to its end … */
  readonly seconds: number;
  /** … and not more than so many. Default: as many as fit. */
  readonly rounds?: number;
  readonly seed: number;
  readonly firstRound: number;
  readonly processes: number;
  readonly readers: number;
  readonly writers: number;
  /** Usuarios that are read and written at one time. */
  readonly usuarios: number;
  /** Called for each fault when it is over, or has not come about. */
  readonly onStrike: (name: string, missed: boolean) => void;
  /** Called with what a fault has measured. */
  readonly onNote: (text: string) => void;
  /** Called for each round when it has been judged. */
  readonly onRound: (result: RoundResult, violations: readonly Violation[]) => void;
}

/** Runs rounds of faults, each in another order, until the time is over. */
export async function runSubject<Redis extends StoreHost>(
  subject: Subject,
  options: RunOptions<Redis>,
): Promise<void> {
  const clock: { now: () => number } = { now: () => 0 };
  const downtimes = new Downtimes(() => clock.now());
  const closers: (() => Promise<void> | void)[] = [];
  try {
    const redis = await options.startStore(() => clock.now());
    closers.unshift(() => redis.close());
    const database = await DatabaseHost.start(downtimes);
    closers.unshift(() => database.close());
    const fleet = await Fleet.start({
      ...{ subject, downtimes, processes: options.processes },
      ...{ store: redis, databaseUrl: database.url },
    });
    closers.unshift(() => fleet.close());
    const slots = new Slots(database.url);
    closers.unshift(() => slots.close());
    const { readers, writers, seed } = options;
    const load = new Load({ fleet, slots, readers, writers, seed });
    closers.unshift(() => {
      load.close();
    });
    clock.now = load.now;
    // May read all statistics and change every tarea.
    await load.logIn(DEMO_SUPERVISOR.email, DEMO_PASSWORD);

    const end = performance.now() + options.seconds * 1_000;
    const { firstRound, rounds = Infinity } = options;
    for (let round = firstRound; round < firstRound + rounds; round += 1) {
      if (performance.now() > end) break;
      const random = seededRandom(seed + round);
      const { onNote: note } = options;
      const stage: Stage<Redis> = { redis, database, fleet, load, random, note };
      await slots.fill(options.usuarios);
      const { strikes, seconds, stuck } = await runRound(subject, stage, options);
      const { exits } = fleet;
      fleet.exits = 0;
      const about = { subject: subject.name, seed, round, seconds, exits };
      const { processes } = options;
      // A rival's names are in other slots.
      const outages = redis.takeOutages().filter(() => subject.own);
      const observed = { about, strikes, outages, stuck, downtimes, processes, ...load.take() };
      const { result, violations } = resultOf(observed);
      options.onRound(result, violations);
    }
  } finally {
    for (const close of closers) await close();
  }
}

async function runRound<Redis extends StoreHost>(
  subject: Subject,
  stage: Stage<Redis>,
  { faults, onStrike }: RunOptions<Redis>,
): Promise<{
  strikes: Strike[];
  seconds: number;
  stuck: { asked: number; stuck: number };
}> {
  const { load, random } = stage;
  const begun = performance.now();
  load.startReaders();
  load.startWriters();
  const strikes: Strike[] = [];
  await sleep(WARM_UP_MS);
  for (const fault of shuffled(faults, random)) {
    if (fault.ownOnly === true && !subject.own) continue;
    const begin = load.now();
    const missed = await strike(fault, stage);
    strikes.push({ name: fault.name, begin, healed: load.now(), missed });
    onStrike(fault.name, missed);
    await sleep(between(random, SETTLE_MS.least, SETTLE_MS.most));
  }
  await load.stopWriters();
  await load.stopReaders();
  await sleep(QUIET_MS);
  const stuck = await load.countStuck();
  return { strikes, seconds: (performance.now() - begun) / 1_000, stuck };
}

/** Whether the fault did not come about. */
async function strike<Redis extends StoreHost>(
  fault: Fault<Redis>,
  stage: Stage<Redis>,
): Promise<boolean> {
  try {
    await fault.run(stage);
    return false;
  } catch (error) {
    if (error instanceof MissedStrikeError) return true;
    throw error;
  }
}
