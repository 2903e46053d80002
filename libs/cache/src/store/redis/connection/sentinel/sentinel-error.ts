/** Why no master is available; the message contains no address and may be logged. */
export class SentinelError extends Error {
  override readonly name = 'SentinelError';
}
