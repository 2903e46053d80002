import { expect } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import type { Answer } from './api.js';

/**
 * Reads until the cache answers. One read may miss what is stored: its process was late, so nothing
 * proved that the cache is fresh.
 *
 * @param check looks at every answer on the way
 */
export async function untilHit(
  read: () => Promise<Answer>,
  check?: (answer: Answer) => void,
): Promise<Answer> {
  for (;;) {
    const answer = await read();
    check?.(answer);
    if (answer.body._cache.hit === true) return answer;
    await pause(10);
  }
}

/** Reads what is stored already: until the cache answers, and no answer on the way is stored. */
export const storedHit = (read: () => Promise<Answer>): Promise<Answer> =>
  untilHit(read, ({ headers }) => {
    expect(headers.get('cache-status')).not.toContain('stored');
  });
