// Captured at import, before a test runner can install fake timers.
const onNextTurn = setImmediate;

/**
 * Resolves when all pending promise callbacks have run: everything that a call started without a
 * timer or a real socket has then happened.
 */
export function settle(): Promise<void> {
  return new Promise((resolve) => {
    onNextTurn(resolve);
  });
}
