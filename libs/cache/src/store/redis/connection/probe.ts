import type { Deadlines } from '../../deadlines.js';

/**
 * How long a probe waits for its answer, in milliseconds; a prompt answer comes within the deadline
 * of reads.
 */
export const PROBE_DEADLINE_MS = 250;

/**
 * Whether a probe was answered within the deadline of reads, or later; rejects without an answer.
 * Measured by `Deadlines` instead of the clock, because delays of this process say nothing about
 * the store.
 */
export async function promptness(
  reply: Promise<unknown>,
  deadlines: Deadlines,
  deadlineMs: number,
): Promise<'prompt' | 'late'> {
  const soon = deadlines
    .bound(reply, deadlineMs, () => 'prompt' as const)
    .catch(() => 'late' as const);
  await deadlines.bound(reply, PROBE_DEADLINE_MS, () => undefined);
  return soon;
}
