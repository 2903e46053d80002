import { describe, expect, it } from '@jest/globals';
import type { FleetEntry, KeyHistory } from '@gad/cache/store';
import type { RecordedAction, RecordedEvent } from './recorded-removals.js';
import { whyAbsent, type AbsentKey } from './why-absent.js';

const KEY = 'stats:user:2:days:30';
const SECOND = 1_000;

const event = (id: number, at: number, who: Partial<RecordedEvent> = {}): RecordedEvent => ({
  ...{ id, xid: String(id), name: 'tarea.updated', at: new Date(at) },
  patterns: ['stats:user:2:*'],
  ...{ usuarioId: 3, requestId: `r-${id}` },
  ...who,
});
const entry = (at: number, more: Partial<FleetEntry>): FleetEntry => ({
  ...{ id: `${at}-0`, process: 'p', at, kind: 'removal', subject: 'stats:user:2:*', count: 1 },
  ...more,
});
/** A key that was stored at 10 s for 300 s, in a cache that remembers all fills, at 20 s. */
const why = (
  {
    events = [],
    actions = [],
    journal = [],
  }: {
    events?: RecordedEvent[];
    actions?: RecordedAction[];
    journal?: FleetEntry[];
  },
  more: Partial<AbsentKey> = {},
  history: Partial<KeyHistory> = {},
) =>
  whyAbsent({
    ...{ key: KEY, now: 20 * SECOND, reloaded: false, seesEveryFill: false, evictions: 0 },
    history: {
      fill: { filledAt: 10 * SECOND, endsAt: 310 * SECOND },
      ...{ isExact: false, isSampled: true, begunAt: 0, entries: journal },
      ...history,
    },
    records: { events, actions, journal },
    ...more,
  });

describe('why a key is absent', () => {
  it('the first removal since the value was stored is the cause, and earlier ones are not', () => {
    const events = [event(4, 15 * SECOND), event(3, 12 * SECOND), event(2, 9 * SECOND)];
    expect(why({ events })).toMatchObject({
      ...{ cause: 'invalidated', certainty: 'proved', at: 12 * SECOND },
      removal: { by: '3', requestId: 'r-3', event: { id: 3 } },
    });
  });

  it('a removal just before the rounded time of the fill may be the cause, and then nothing is proved', () => {
    const before = event(2, 10 * SECOND - 50);
    expect(why({ events: [before] })).toMatchObject({
      ...{ cause: 'invalidated', certainty: 'likely', removal: { event: { id: 2 } } },
    });
    const both = { events: [event(3, 12 * SECOND), before] };
    expect(why(both)).toMatchObject({ certainty: 'likely', removal: { event: { id: 3 } } });
    expect(why(both, {}, { isExact: true })).toMatchObject({ certainty: 'proved' });
    expect(why({ events: [before] }, { reloaded: true })).toMatchObject({ cause: 'unknown' });
  });

  it('a removal that is known to have removed nothing is not the cause', () => {
    const nothing = entry(12_010, {
      count: 0,
      because: { kind: 'event', position: 'log tx:3' },
    });
    const events = [event(4, 15 * SECOND), event(3, 12 * SECOND)];
    expect(why({ events, journal: [nothing] })).toMatchObject({ removal: { event: { id: 4 } } });
  });

  it('what the relay removed is explained by the event that it applied', () => {
    const journal = [entry(12 * SECOND, { cause: 'relay' })];
    expect(why({ events: [event(3, 9 * SECOND)], journal })).toMatchObject({
      ...{ certainty: 'proved', at: 12 * SECOND, removal: { event: { id: 3 } } },
    });
  });

  it('the event of a trigger is explained by the usuario of its transaction', () => {
    const [own, trigger] = [
      event(4, 12 * SECOND),
      event(3, 12 * SECOND, { usuarioId: null, xid: '4' }),
    ];
    expect(why({ events: [trigger, own] }).removal).toMatchObject({ by: '3', requestId: 'r-4' });
  });

  it.each<[string, Partial<AbsentKey>, Partial<KeyHistory>]>([
    ['something was loaded since', { reloaded: true }, {}],
    ['it is not known whether something was loaded since', { reloaded: undefined }, {}],
    ['fills of the key are not remembered', {}, { fill: undefined, isSampled: false }],
    ['the memory of fills is younger', {}, { begunAt: 13 * SECOND }],
    ['the store does not answer', { history: undefined }, {}],
  ])('nothing is proved when %s', (_case, more, history) => {
    expect(why({ events: [event(3, 12 * SECOND)] }, more, history)).toMatchObject({
      ...{ cause: 'invalidated', certainty: 'likely' },
    });
  });

  it('a removal of a group of unlisted keys proves nothing of one of them', () => {
    const key = '~~principal:2:a';
    const journal = [entry(12 * SECOND, { subject: '~~principal:*', cause: 'code' })];
    expect(why({ journal }, { key })).toMatchObject({ cause: 'invalidated', certainty: 'likely' });
  });

  it('a value whose time passed before it was removed has expired', () => {
    const now = 400 * SECOND;
    const events = [event(3, 350 * SECOND)];
    const expired = { cause: 'expired', certainty: 'likely', at: 310 * SECOND };
    expect(why({ events }, { now })).toEqual(expired);
    expect(why({}, { now })).toEqual(expired);
  });

  it('a value that nothing on record removed may have been evicted, if the store evicts', () => {
    expect(why({})).toMatchObject({ cause: 'unknown', certainty: 'unknown' });
    expect(why({}, { evictions: 1 })).toMatchObject({ cause: 'evicted', certainty: 'likely' });
  });

  it('a key without a fill was never stored, unless it was removed by name or the store was lost', () => {
    const none = { fill: undefined };
    const wide = [event(3, 12 * SECOND)];
    expect(why({ events: wide }, {}, none)).toMatchObject({ cause: 'never_stored' });
    const named = [entry(12 * SECOND, { subject: KEY, cause: 'code' })];
    expect(why({ journal: named }, {}, none)).toMatchObject({ cause: 'invalidated' });
    const lost = entry(13 * SECOND, { kind: 'flush', what: 'store', subject: undefined });
    expect(why({ journal: [lost, ...named] }, {}, none)).toEqual({
      ...{ cause: 'cleared', certainty: 'likely', at: 13 * SECOND },
    });
  });

  it('a refused fill is explained by the removal before it', () => {
    const journal = [entry(12_500, { kind: 'refused_fill', subject: KEY, count: undefined })];
    expect(why({ events: [event(3, 12 * SECOND)], journal })).toMatchObject({
      ...{ cause: 'refused_fill', certainty: 'proved', removal: { event: { id: 3 } } },
    });
  });
});
