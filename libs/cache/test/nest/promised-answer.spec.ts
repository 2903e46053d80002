import { Readable } from 'node:stream';
import { StreamableFile } from '@nestjs/common';
import { Observable, of, throwError } from 'rxjs';
import { describe, expect, it } from '@jest/globals';
import { settle } from '@gad/cache/testing';
import type { AnswerSteps } from '../../src/nest/promised-answer.js';
import { promisedAnswer, Fallback } from '../../src/nest/promised-answer.js';
import { discardBody } from '../../src/nest/unsent-body.js';
import { deferred } from '../support/fixtures.js';
import { failOnStrays } from '../support/resources.js';

failOnStrays();

/** An answer that says into `told` what becomes of it. */
function answerOf<T>(
  value: Promise<T>,
  finish: (value: T) => unknown,
  told: string[] = [],
): ReturnType<typeof promisedAnswer> {
  const steps: AnswerSteps<T> = {
    finish: (arrived) => {
      told.push('finished');
      return finish(arrived);
    },
    settled: () => told.push('settled'),
    left: () => told.push('left'),
  };
  return promisedAnswer(value, steps);
}

/** What an answer is to its subscriber, in order. */
function heard(answer: ReturnType<typeof promisedAnswer>): unknown[] {
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

  it.each(['before', 'after'])(
    'a coming answer reaches a subscriber that comes %s it',
    async (when) => {
      const value = deferred<number>();
      const told: string[] = [];
      const answer = answerOf(value.promise, double, told);
      const early = when === 'before' ? heard(answer) : undefined;
      value.resolve(2);
      await settle();
      expect(early ?? heard(answer)).toEqual([4, 'complete']);
      expect(told).toEqual(['settled', 'finished']);
    },
  );

  it.each<[string, (failure: Error) => ReturnType<typeof promisedAnswer>]>([
    ['the value', (failure) => answerOf(Promise.reject(failure), double)],
    [
      'what finishes it',
      (failure) =>
        answerOf(Promise.resolve(1), () => {
          throw failure;
        }),
    ],
    [
      'the beginning of a fallback',
      (failure) => answerOf(Promise.resolve(1), () => new Fallback(() => Promise.reject(failure))),
    ],
    [
      'a fallback',
      (failure) =>
        answerOf(
          Promise.resolve(1),
          () => new Fallback(() => Promise.resolve(throwError(() => failure))),
        ),
    ],
  ])(
    'a coming answer is the error of %s, and no unhandled rejection without a subscriber',
    async (_, make) => {
      const failure = new Error('no');
      make(failure);
      const events = heard(make(failure));
      await settle();
      expect(events).toEqual([{ error: failure }]);
    },
  );

  it('a coming answer completes nothing for a subscriber that has left, and says once that it has', async () => {
    const [value, told] = [deferred<number>(), [] as string[]];
    const answer = answerOf(value.promise, double, told);
    const events: unknown[] = [];
    answer.subscribe({ next: (body) => events.push(body) }).unsubscribe();
    expect(told).toEqual(['left']);
    value.resolve(2);
    await settle();
    expect([told, events]).toEqual([['left', 'settled'], []]);
  });

  it('a coming answer completes nothing while there is no subscriber', async () => {
    const told: string[] = [];
    answerOf(Promise.resolve(1), double, told);
    await settle();
    expect(told).toEqual(['settled']);
  });

  it('a coming answer does not reach a subscriber that leaves during a fallback', async () => {
    const told: string[] = [];
    const way = deferred<Observable<unknown>>();
    const answer = answerOf(Promise.resolve(1), () => new Fallback(() => way.promise), told);
    let subscribed = 0;
    const subscription = answer.subscribe();
    await settle();
    subscription.unsubscribe();
    way.resolve(
      new Observable(() => {
        subscribed++;
      }),
    );
    await settle();
    expect([told, subscribed]).toEqual([['settled', 'finished', 'left'], 0]);
  });

  it('a coming answer takes a fallback only for a subscriber that wants it', async () => {
    let begun = 0;
    const fallback = new Fallback(() => {
      begun++;
      return Promise.resolve(of('other'));
    });
    const answer = answerOf(Promise.resolve(1), () => fallback);
    await settle();
    expect(begun).toBe(0);
    const events = heard(answer);
    await settle();
    expect(events).toEqual(['other', 'complete']);
    expect(begun).toBe(1);
  });
});

describe('A body that will not be sent', () => {
  it('an unsent body releases what it reads from', async () => {
    const [file, plain] = [Readable.from(['a']), Readable.from(['a'])];
    discardBody(new StreamableFile(file));
    discardBody(plain);
    expect([file.destroyed, plain.destroyed]).toEqual([true, true]);
    let cancelled = 0;
    const web = (): ReadableStream => new ReadableStream({ cancel: () => void cancelled++ });
    const held = web();
    held.getReader();
    for (const body of [web(), new Response(web()), new Response(), held]) discardBody(body);
    await settle();
    expect(cancelled).toBe(2);
    for (const other of [undefined, null, 'text', { a: 1 }]) {
      expect(() => discardBody(other)).not.toThrow();
    }
  });

  it('an unsent body that is an entity is not destroyed, as that would delete its row', () => {
    let rows = 1;
    discardBody({ id: 1, destroy: () => rows-- });
    discardBody({ id: 1, cancel: () => rows-- });
    expect(rows).toBe(1);
  });
});
