import type { TimerWheel } from '../../timer-wheel.js';

/**
 * How long a probe waits for its answer, in milliseconds; a prompt answer comes within the deadline
 * of reads.
 */
export const PROBE_DEADLINE_MS = 250;

/**
 * Whether a probe was answered within the deadline of reads, or later; rejects without an answer.
 * Measured by a timer wheel instead of the clock, because delays of this process say nothing about
 * the store.
 */
export async function promptness(
  reply: Promise<unknown>,
  wheel: TimerWheel,
  deadlineMs: number,
): Promise<'prompt' | 'late'> {
  const soon = wheel.bound(reply, deadlineMs, () => 'prompt' as const).catch(() => 'late' as const);
  await wheel.bound(reply, PROBE_DEADLINE_MS, () => undefined);
  return soon;
}
