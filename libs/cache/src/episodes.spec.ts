import { beforeEach, describe, expect, it } from '@jest/globals';
import { Episodes, WarnOnce } from './episodes.js';
import { FakeClock } from './testing/fake-clock.js';

let lines: string[];
const write = (line: string): void => void lines.push(line);
beforeEach(() => {
  lines = [];
});

describe('Episodes', () => {
  it('an episode begins once while its condition lasts, and again after it ended', () => {
    const episodes = new Episodes();
    expect([episodes.begin(), episodes.begin(), episodes.begin()]).toEqual([true, false, false]);
    expect([episodes.end(), episodes.end()]).toEqual([true, false]);
    expect(episodes.begin()).toBe(true);
  });

  it('episodes of different kinds begin and end on their own', () => {
    const episodes = new Episodes();
    expect([episodes.begin('a'), episodes.begin('b')]).toEqual([true, true]);
    expect(episodes.end('a')).toBe(true);
    expect([episodes.begin('a'), episodes.begin('b')]).toEqual([true, false]);
  });
});

describe('WarnOnce', () => {
  it('WarnOnce writes once about each kind of trouble', () => {
    const once = new WarnOnce(write);
    for (const kind of ['a', 'b', 'a', 'a', 'b']) once.warn(kind, `${kind} again`);
    expect(lines).toEqual(['a again', 'b again']);
  });

  it('WarnOnce writes again about trouble that had ended', () => {
    const once = new WarnOnce(write);
    expect(once.end('a')).toBe(false);
    once.warn('a', 'one');
    expect(once.end('a')).toBe(true);
    once.warn('a', 'two');
    expect(lines).toEqual(['one', 'two']);
  });

  it('WarnOnce takes trouble that was not seen for its time for a new episode', () => {
    const clock = new FakeClock();
    const once = new WarnOnce(write, { episode: { clock, ms: 100 } });
    once.warn('a', 'first');
    clock.advance(99);
    once.warn('a', 'the same');
    clock.advance(99);
    once.warn('a', 'still the same');
    clock.advance(100);
    once.warn('a', 'second');
    expect(lines).toEqual(['first', 'second']);
  });

  it('WarnOnce remembers a bounded number of kinds, and says so with the last of them', () => {
    const clock = new FakeClock();
    const once = new WarnOnce(write, { most: 3, episode: { clock, ms: 100 } });
    for (let n = 0; n < 1_000; n++) once.warn(`kind ${String(n)}`, `line ${String(n)}.`);
    const last = 'No further kinds of this are reported.';
    expect(lines).toEqual(['line 0.', 'line 1.', `line 2. ${last}`]);
    once.warn('kind 0', 'known');
    expect(lines).toHaveLength(3);
    clock.advance(100);
    once.warn('kind 7', 'later.');
    expect(lines.at(-1)).toBe('later.');
  });
});
