import { describe, expect, it } from '@jest/globals';
import type { Because } from './journal.js';
import { Journal } from './journal.js';

describe('Journal', () => {
  it('Journal keeps 50 entries between two reports, and counts the others', () => {
    const journal = new Journal();
    for (let at = 0; at < 120; at++) journal.write({ at, kind: 'flush' });
    const { entries, omitted } = journal.take();
    expect(entries.map(({ at }) => at)).toEqual(Array.from({ length: 50 }, (_, at) => at));
    expect(omitted).toBe(70);
    expect(journal.take()).toEqual({ entries: [], omitted: 0 });
  });

  it('Journal keeps the known fields of a reason, cut to their bound', () => {
    const journal = new Journal();
    const because = { kind: 'admin', by: 7, request: 'r'.repeat(500), token: 'canary' } as Because;
    journal.write({ at: 0, kind: 'removal', cause: 'admin', because });
    const [entry] = journal.take().entries;
    expect(entry?.because).toEqual({ kind: 'admin', by: '7', request: 'r'.repeat(128) });
  });
});
