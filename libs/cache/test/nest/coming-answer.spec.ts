import { Readable } from 'node:stream';
import { StreamableFile } from '@nestjs/common';
import { of, throwError } from 'rxjs';
import { describe, expect, it } from '@jest/globals';
import { settle } from '@gad/cache/testing';
import { comingAnswer, Detour } from '../../src/nest/coming-answer.js';
import { discardBody } from '../../src/nest/unsent-body.js';
import { deferred } from '../fixtures.js';
import { failOnStrays } from '../resources.js';

failOnStrays();

/** What an answer is to its subscriber, in order. */
function heard(answer: ReturnType<typeof comingAnswer>): unknown[] {
  const events: unknown[] = [];
  answer.subscribe({
    next: (body) => events.push(body),
    error: (error: unknown) => events.push({ error }),
    complete: () => events.push('complete'),
  });
  return events;
}

describe('A coming answer', () => {
  const double = (n: number): unknown => n * 2;

  it.each(['before', 'after'])('is given to a subscriber who comes %s it', async (when) => {
    const value = deferred<number>();
    let ends = 0;
    const answer = comingAnswer(value.promise, double, () => ends++);
    const early = when === 'before' ? heard(answer) : undefined;
    value.resolve(2);
    await settle();
    expect(early ?? heard(answer)).toEqual([4, 'complete']);
    expect(ends).toBe(1);
  });

  it.each<[string, (failure: Error) => ReturnType<typeof comingAnswer>]>([
    ['the value', (failure) => comingAnswer(Promise.reject(failure), double, () => undefined)],
    [
      'what finishes it',
      (failure) =>
        comingAnswer(
          Promise.resolve(1),
          () => {
            throw failure;
          },
          () => undefined,
        ),
    ],
    [
      'the beginning of a detour',
      (failure) =>
        comingAnswer(
          Promise.resolve(1),
          () => new Detour(() => Promise.reject(failure)),
          () => undefined,
        ),
    ],
    [
      'a detour',
      (failure) =>
        comingAnswer(
          Promise.resolve(1),
          () => new Detour(() => Promise.resolve(throwError(() => failure))),
          () => undefined,
        ),
    ],
  ])('is the error of %s, and a stray of nobody who does not listen', async (_, make) => {
    const failure = new Error('no');
    make(failure);
    const events = heard(make(failure));
    await settle();
    expect(events).toEqual([{ error: failure }]);
  });

  it('takes a detour only for who wants it', async () => {
    let begun = 0;
    const detour = new Detour(() => {
      begun++;
      return Promise.resolve(of('other'));
    });
    const answer = comingAnswer(
      Promise.resolve(1),
      () => detour,
      () => undefined,
    );
    await settle();
    expect(begun).toBe(0);
    const events = heard(answer);
    await settle();
    expect(events).toEqual(['other', 'complete']);
    expect(begun).toBe(1);
  });
});

describe('A body that nobody will be sent', () => {
  it('lets go what it reads from', () => {
    const [file, plain] = [Readable.from(['a']), Readable.from(['a'])];
    discardBody(new StreamableFile(file));
    discardBody(plain);
    expect([file.destroyed, plain.destroyed]).toEqual([true, true]);
    for (const other of [undefined, null, 'text', { a: 1 }]) {
      expect(() => discardBody(other)).not.toThrow();
    }
  });
});
