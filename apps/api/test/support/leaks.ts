import { afterAll, beforeAll } from '@jest/globals';

/**
 * Collects unhandled rejections and uncaught exceptions while the tests of a file or block run, and
 * expects that there were none.
 */
export function collectLeaks(): readonly unknown[] {
  const leaks: unknown[] = [];
  const note = (reason: unknown): void => void leaks.push(reason);
  beforeAll(() => {
    process.on('unhandledRejection', note);
    process.on('uncaughtException', note);
  });
  afterAll(() => {
    process.off('unhandledRejection', note);
    process.off('uncaughtException', note);
  });
  return leaks;
}
