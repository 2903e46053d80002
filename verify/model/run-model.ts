import fc from 'fast-check';
import type { Tally } from './episode.js';
import { emptyTally, runEpisode } from './episode.js';
import { CHANNELS } from './parts.js';
import { OPERATIONS, program } from './program.js';
import { Wires } from './wires.js';

export interface ModelOptions {
  readonly redisUrl: string;
  /** About so many operations, in episodes of about forty. */
  readonly operations: number;
  readonly seed: number;
  /** Called after each episode. */
  readonly onEpisode?: (tally: Tally) => void;
  /** Called at each failure, before it is made smaller, which may take long. */
  readonly onFailure?: (error: unknown) => void;
}

const PROCESSES = 3;

/**
 * Runs random programs under random schedules. A violation is shrunk and reported with its seed;
 * values and leases expire in real time, so a failure may need more than one attempt to come again.
 */
export async function runModel(options: ModelOptions): Promise<Tally> {
  const wires = new Wires(options.redisUrl);
  await wires.open(PROCESSES);
  for (const channel of CHANNELS) await wires.subscribe(channel);
  const tally = emptyTally();
  try {
    await fc.assert(
      fc.asyncProperty(program, async (generated) => {
        try {
          await runEpisode(wires, generated, tally);
        } catch (error) {
          options.onFailure?.(error);
          throw error;
        }
        options.onEpisode?.(tally);
      }),
      {
        seed: options.seed,
        // Generated programs are a little shorter than the average of their bounds.
        numRuns: Math.ceil((1.05 * options.operations) / OPERATIONS),
        // A failure is a failure, however long it takes to make it small.
        interruptAfterTimeLimit: 3_600_000,
        markInterruptAsFailure: false,
      },
    );
  } finally {
    wires.close();
  }
  return tally;
}
