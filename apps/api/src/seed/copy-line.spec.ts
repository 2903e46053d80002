import { describe, expect, it } from '@jest/globals';
import { copyLine } from './copy-line.js';

describe('copyLine', () => {
  it('copyLine separates fields with tabs and ends with a line feed', () => {
    expect(copyLine(['a', 1, true])).toBe('a\t1\ttrue\n');
  });

  it('distinguishes null from the empty text and from the text \\N', () => {
    expect(copyLine([null, '', '\\N'])).toBe('\\N\t\t\\\\N\n');
  });

  it('copyLine escapes what would end a field or a line', () => {
    expect(copyLine(['a\tb\nc\rd\\e'])).toBe('a\\tb\\nc\\rd\\\\e\n');
  });

  it('writes instants in UTC with milliseconds', () => {
    expect(copyLine([new Date(Date.UTC(2026, 0, 2, 3, 4, 5, 6))])).toBe(
      '2026-01-02T03:04:05.006Z\n',
    );
  });
});
