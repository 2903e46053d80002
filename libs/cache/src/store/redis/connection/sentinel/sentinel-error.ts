/** Why there is no master to talk to; the message may be logged, it holds no address. */
export class SentinelError extends Error {
  override readonly name = 'SentinelError';
}
