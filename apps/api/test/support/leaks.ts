import { afterAll, afterEach, beforeAll, expect } from '@jest/globals';

/**
 * Collects unhandled rejections and uncaught exceptions while the tests of a file or block run, and
 * expects that there were none, after each test and at the end.
 *
 * @param stop what the tests started ends here, watched like the tests
 */
export function collectLeaks(stop?: () => Promise<unknown>): readonly unknown[] {
  const leaks: unknown[] = [];
  const note = (reason: unknown): void => void leaks.push(reason);
  beforeAll(() => {
    process.on('unhandledRejection', note);
    process.on('uncaughtException', note);
  });
  afterEach(() => {
    expect(leaks).toEqual([]);
  });
  afterAll(async () => {
    try {
      await stop?.();
    } finally {
      process.off('unhandledRejection', note);
      process.off('uncaughtException', note);
    }
    expect(leaks).toEqual([]);
  });
  return leaks;
}
