import { Readable } from 'node:stream';
import { StreamableFile } from '@nestjs/common';
import { Observable, of, throwError } from 'rxjs';
import { describe, expect, it } from '@jest/globals';
import { settle } from '@gad/cache/testing';
import type { AnswerSteps } from '../../src/nest/promised-answer.js';
import { promisedAnswer, Fallback } from '../../src/nest/promised-answer.js';
import { discardBody } from '../../src/nest/unsent-body.js';
import { deferred } from '../support/fixtures.js';
import { failOnLeaks } from '../support/resources.js';

failOnLeaks();

/** An answer that records its steps. */
function answerOf<T>(
  value: Promise<T>,
  finish: (value: T) => unknown,
  steps: string[] = [],
): ReturnType<typeof promisedAnswer> {
  const hooks: AnswerSteps<T> = {
    finish: (arrived) => {
      steps.push('finished');
      return finish(arrived);
    },
    settled: () => steps.push('settled'),
    left: () => steps.push('left'),
  };
  return promisedAnswer(value, hooks);
}

/** What an answer is to its subscriber, in order. */
function received(answer: ReturnType<typeof promisedAnswer>): unknown[] {
  const events: unknown[] = [];
  answer.subscribe({
    next: (body) => events.push(body),
    error: (error: unknown) => events.push({ error }),
    complete: () => events.push('complete'),
  });
  return events;
}

describe('A promised answer', () => {
  const double = (n: number): unknown => n * 2;

  it.each(['before', 'after'])(
    'a promised answer reaches a subscriber that comes %s it',
    async (when) => {
      const value = deferred<number>();
      const steps: string[] = [];
      const answer = answerOf(value.promise, double, steps);
      const early = when === 'before' ? received(answer) : undefined;
      value.resolve(2);
      await settle();
      expect(early ?? received(answer)).toEqual([4, 'complete']);
      expect(steps).toEqual(['settled', 'finished']);
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
    'a promised answer is the error of %s, and no unhandled rejection without a subscriber',
    async (_, make) => {
      const failure = new Error('no');
      make(failure);
      const events = received(make(failure));
      await settle();
      expect(events).toEqual([{ error: failure }]);
    },
  );

  it('a promised answer completes nothing for a subscriber that has left, and says once that it has', async () => {
    const [value, steps] = [deferred<number>(), [] as string[]];
    const answer = answerOf(value.promise, double, steps);
    const events: unknown[] = [];
    answer.subscribe({ next: (body) => events.push(body) }).unsubscribe();
    expect(steps).toEqual(['left']);
    value.resolve(2);
    await settle();
    expect([steps, events]).toEqual([['left', 'settled'], []]);
  });

  it('a promised answer completes nothing while there is no subscriber', async () => {
    const steps: string[] = [];
    answerOf(Promise.resolve(1), double, steps);
    await settle();
    expect(steps).toEqual(['settled']);
  });

  it('a promised answer does not reach a subscriber that leaves during a fallback', async () => {
    const steps: string[] = [];
    const way = deferred<Observable<unknown>>();
    const answer = answerOf(Promise.resolve(1), () => new Fallback(() => way.promise), steps);
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
    expect([steps, subscribed]).toEqual([['settled', 'finished', 'left'], 0]);
  });

  it('a promised answer takes a fallback only for a subscriber that wants it', async () => {
    let begun = 0;
    const fallback = new Fallback(() => {
      begun++;
      return Promise.resolve(of('other'));
    });
    const answer = answerOf(Promise.resolve(1), () => fallback);
    await settle();
    expect(begun).toBe(0);
    const events = received(answer);
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
