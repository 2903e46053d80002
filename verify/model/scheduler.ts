import type { Random } from '../support/seeded-random.js';
import type { VirtualClock } from './virtual-clock.js';

type Step = () => void | Promise<void>;

/**
 * Decides what happens next. Everything that takes time in reality — a command on its way, a reply
 * on its way, a query, a timer — waits in a lane; each turn runs the first step of one lane, chosen
 * by the seed, and lets everything that follows from it settle.
 */
export class Scheduler {
  readonly #lanes = new Map<string, Step[]>();
  #unique = 0;
  /** Steps run so far. */
  steps = 0;

  constructor(
    private readonly random: Random,
    private readonly clock: VirtualClock,
    /** How likely a turn moves the clock although something else could happen. */
    private readonly clockBias: number,
    /** A lane that begins so is chosen ten times less often. */
    private readonly slow: string,
  ) {}

  /** Queues a step; those of one lane keep their order. */
  enter(lane: string, step: Step): void {
    const queue = this.#lanes.get(lane);
    if (queue === undefined) this.#lanes.set(lane, [step]);
    else queue.push(step);
  }

  /** As `enter`, in a lane of its own. */
  enterAlone(lane: string, step: Step): void {
    this.enter(`${lane}#${this.#unique++}`, step);
  }

  /** Resolves when the scheduler says so. */
  pass(lane: string): Promise<void> {
    return new Promise((resolve) => {
      this.enterAlone(lane, resolve);
    });
  }

  /** One step. `false` when there was nothing to do. */
  async turn(): Promise<boolean> {
    const lanes = [...this.#lanes.keys()];
    const moveClock = lanes.length === 0 || this.random() < this.clockBias;
    if (moveClock && this.clock.fireNext()) {
      await settled();
      return true;
    }
    const lane = this.#choose(lanes);
    if (lane === undefined) return false;
    const queue = this.#lanes.get(lane) ?? [];
    const step = queue.shift();
    if (queue.length === 0) this.#lanes.delete(lane);
    this.steps++;
    await step?.();
    await settled();
    return true;
  }

  #choose(lanes: readonly string[]): string | undefined {
    const weights = lanes.map((lane) => (lane.startsWith(this.slow) ? 0.1 : 1));
    let left = this.random() * weights.reduce((sum, weight) => sum + weight, 0);
    return lanes.find((_, at) => (left -= weights[at] ?? 0) < 0) ?? lanes.at(-1);
  }
}

/** Promise callbacks run before this resolves, however many follow from each other. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
