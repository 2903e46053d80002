import { describe, expect, it } from '@jest/globals';
import { resolveLocalOptions } from './near-cache-options.js';

describe('resolveLocalOptions', () => {
  it('no copies are kept by default', () => {
    expect(resolveLocalOptions(undefined)).toBeUndefined();
    expect(resolveLocalOptions({})).toEqual({
      maxEntries: 10_000,
      maxBytes: 32 * 1024 * 1024,
      barrier: [],
      staleBoundMs: 500,
    });
  });

  it('the barrier may be for everything, or for some prefixes', () => {
    expect(resolveLocalOptions({ barrier: true })?.barrier).toEqual(['']);
    expect(resolveLocalOptions({ barrier: ['stats:'] })?.barrier).toEqual(['stats:']);
  });

  it.each([
    [
      { maxEntries: 0 },
      /^local\.maxEntries must be a whole number above 0 and at most 10000000, not 0\.$/,
    ],
    [{ maxEntries: 2 ** 31 }, /^local\.maxEntries must be .*, not 2147483648\.$/],
    [{ maxBytes: 1.5 }, /^local\.maxBytes must be/],
    [
      { staleBoundMs: 49 },
      /^local\.staleBoundMs must be between 50 and 60000 milliseconds, not 49/,
    ],
    [{ staleBoundMs: '500' as never }, /, not '500'\.$/],
    [{ staleBoundMs: NaN }, /^local\.staleBoundMs must be/],
    [{ barrier: ['stats:', ''] }, /^local\.barrier must be true, false or a list/],
  ])('the options %j are refused with a sentence that names the option', (options, sentence) => {
    expect(() => resolveLocalOptions(options)).toThrow(sentence);
  });
});
