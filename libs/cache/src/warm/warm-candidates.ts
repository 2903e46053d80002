import type { Clock } from '../clock.js';
import { untilAborted } from '../until-aborted.js';
import type { CacheWarmer, WarmContext, WarmProgress } from './cache-warmer.js';
import type { Pace } from './pace.js';

const ENDED = (): Error => new Error('The run has ended.');
/** Keys that one call looks at. */
const CHUNK = 500;
/** Loads at a time. */
const CONCURRENCY = 4;
/** Loads of a candidate whose value was not stored. */
const ATTEMPTS = 3;
/** Milliseconds between them: a process that was late has a proof of freshness again. */
const AGAIN_MS = 250;

/** A value was loaded for a candidate and not stored: its process had no proof, or it was invalidated. */
export class NotStoredError extends Error {
  override readonly name = 'NotStoredError';
}

/** What one warmer of a run needs. */
export interface WarmParts {
  readonly clock: Clock;
  readonly pace: Pace;
  /** Which of the keys have a value, in their order. */
  readonly present: (keys: readonly string[]) => Promise<readonly boolean[]>;
  readonly failed: (warmer: CacheWarmer, error: unknown) => void;
  /** Called for each candidate that was looked at. */
  readonly counted: (warmer: CacheWarmer, outcome: 'done' | 'skipped' | 'failed') => void;
}

/** How far a warmer has come; the candidates are passed over up to there by a process that takes over. */
export class Progress implements WarmProgress {
  readonly name: string;
  done: number;
  skipped: number;
  failed: number;
  total: number | null;

  constructor({ name, done, skipped, failed, total }: WarmProgress) {
    this.name = name;
    this.done = done;
    this.skipped = skipped;
    this.failed = failed;
    this.total = total;
  }

  get looked(): number {
    return this.done + this.skipped + this.failed;
  }

  toJSON(): WarmProgress {
    const { name, done, skipped, failed, total } = this;
    return { name, done, skipped, failed, total };
  }
}

/**
 * Warms the candidates of one warmer, the most valuable first: 500 are looked at in one call, and
 * those that are not present are loaded, four at a time and as fast as the pace allows. Ends early
 * when the signal is aborted.
 *
 * @param left candidates that may still be taken
 * @throws what the warmer's `candidates` throws
 */
export async function warmCandidates(
  warmer: CacheWarmer,
  context: WarmContext,
  progress: Progress,
  left: number,
  parts: WarmParts,
): Promise<void> {
  let chunk: unknown[] = [];
  const begun = progress.looked;
  let at = 0;
  for await (const candidate of warmer.candidates(context)) {
    if (context.signal.aborted) return;
    // Done by the process before.
    if (at++ < begun) continue;
    if (at - begun > left) break;
    chunk.push(candidate);
    if (chunk.length < CHUNK) continue;
    await warmChunk(warmer, context, progress, chunk, parts);
    chunk = [];
  }
  progress.total = begun + Math.min(left, Math.max(0, at - begun));
  await warmChunk(warmer, context, progress, chunk, parts);
}

async function warmChunk(
  warmer: CacheWarmer,
  context: WarmContext,
  progress: Progress,
  chunk: readonly unknown[],
  parts: WarmParts,
): Promise<void> {
  const { signal } = context;
  if (chunk.length === 0 || signal.aborted) return;
  const present = await parts.present(chunk.map((candidate) => warmer.keyOf(candidate)));
  const absent = chunk.filter((_, at) => present[at] !== true);
  progress.skipped += chunk.length - absent.length;
  for (let n = absent.length; n < chunk.length; n++) parts.counted(warmer, 'skipped');
  const next = absent[Symbol.iterator]();
  const work = async (): Promise<void> => {
    while (await turn(parts, signal)) {
      const { value: candidate, done } = next.next();
      if (done === true) return;
      const outcome = await warmOne(warmer, candidate, context, parts);
      if (outcome === undefined) return;
      progress[outcome]++;
      parts.counted(warmer, outcome);
    }
  };
  await Promise.all(Array.from({ length: Math.min(CONCURRENCY, absent.length) }, work));
}

/** `undefined` when the run ended meanwhile, which is no failure. */
async function warmOne(
  warmer: CacheWarmer,
  candidate: unknown,
  context: WarmContext,
  { clock, pace, failed }: WarmParts,
): Promise<'done' | 'failed' | undefined> {
  for (let attempt = 1; ; attempt++) {
    const begin = clock.now();
    try {
      await untilAborted(warmer.warm(candidate, context), context.signal, ENDED);
      pace.loaded(clock.now() - begin);
      return 'done';
    } catch (error) {
      if (context.signal.aborted) return undefined;
      if (!(error instanceof NotStoredError) || attempt === ATTEMPTS) {
        failed(warmer, error);
        return 'failed';
      }
    }
    await pauseUnlessAborted(clock, AGAIN_MS, context.signal);
  }
}

/** Waits for the pace; `false` when the run ends first. */
async function turn({ clock, pace }: WarmParts, signal: AbortSignal): Promise<boolean> {
  for (;;) {
    if (signal.aborted) return false;
    const waitMs = pace.take();
    if (waitMs === 0) return true;
    await pauseUnlessAborted(clock, waitMs, signal);
  }
}

/** Ends when the signal is aborted. */
export function pauseUnlessAborted(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = (): void => {
      cancel();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const cancel = clock.after(ms, end);
    signal.addEventListener('abort', end);
  });
}
