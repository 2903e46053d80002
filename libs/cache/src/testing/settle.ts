// Taken at once, so that a runner's fake timers cannot take it away.
const onNextTurn = setImmediate;

/**
 * Resolves when every promise that is due by now has had its turn: what a call set off without a
 * timer and without a real socket has then happened.
 */
export function settle(): Promise<void> {
  return new Promise((resolve) => {
    onNextTurn(resolve);
  });
}
