import type { TimerWheel } from '../../timer-wheel.js';

/** How long a probe waits for its answer; a prompt one comes within the deadline of the reads. */
export const PROBE_DEADLINE_MS = 250;

/**
 * Whether a probe was answered in time for the reads, later, or not at all (it rejects then). Told
 * by a wheel and not by the clock: that this process itself was late says nothing of the store.
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
