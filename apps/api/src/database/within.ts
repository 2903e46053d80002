/**
 * Waits for `promise` no longer than `ms` milliseconds. Its own late rejection is swallowed: the
 * caller has been answered by then.
 * @throws what `late` makes of the timeout
 */
export async function within<T>(
  ms: number,
  promise: Promise<T>,
  late: (timeout: Error) => Error,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(late(new Error(`no answer within ${String(ms)} ms`)));
    }, ms);
  });
  promise.catch(() => undefined);
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
