import type { Subscriber } from 'rxjs';
import { Observable } from 'rxjs';

type Outcome<T> = { readonly value: T } | { readonly error: unknown };

/** An answer in place of a body, made once somebody wants it. */
export class Detour {
  constructor(readonly begin: () => Promise<Observable<unknown>>) {}
}

/** What becomes of the value that an answer is made of. */
export interface AnswerSteps<T> {
  /** Makes the body of the value, or a {@link Detour}; what it throws is the answer. */
  readonly finish: (value: T) => unknown;
  /** The value, or its error, is there. */
  readonly settled: () => void;
  /** The subscriber has left before it was given an answer: another one is given in its place. */
  readonly left: () => void;
}

/**
 * The answer of an interceptor that is being made already, as the Observable that Nest wants.
 *
 * An asynchronous interceptor costs a hit several more turns of the microtask queue than the read
 * does, and an Observable of a promise one more. Here the reader's promise is the only one.
 *
 * Nothing is finished without a subscriber: an interceptor outside of this one may have answered
 * meanwhile, and what `finish` does to the response would be done to that answer.
 *
 * @param value begun before, in the context of the request, and handled even without a subscriber
 */
export function comingAnswer<T>(value: Promise<T>, steps: AnswerSteps<T>): Observable<unknown> {
  let outcome: Outcome<T> | undefined;
  let waiting: (() => void) | undefined;
  const settle = (arrived: Outcome<T>): void => {
    outcome = arrived;
    steps.settled();
    waiting?.();
  };
  value.then(
    (arrived) => settle({ value: arrived }),
    (error: unknown) => settle({ error }),
  );
  return new Observable((subscriber) => {
    let isGiven = false;
    const give = (answer: () => void): void => {
      // One that has left has been told to `left`.
      if (subscriber.closed) return;
      isGiven = true;
      answer();
    };
    waiting = (): void => {
      if (outcome !== undefined) deliver(outcome, steps, subscriber, give);
    };
    waiting();
    return () => {
      waiting = undefined;
      if (!isGiven) steps.left();
    };
  });
}

function deliver<T>(
  outcome: Outcome<T>,
  steps: AnswerSteps<T>,
  subscriber: Subscriber<unknown>,
  give: (answer: () => void) => void,
): void {
  const fail = (error: unknown): void => give(() => subscriber.error(error));
  if ('error' in outcome) {
    fail(outcome.error);
    return;
  }
  let body: unknown;
  try {
    body = steps.finish(outcome.value);
  } catch (error) {
    fail(error);
    return;
  }
  if (body instanceof Detour) {
    body.begin().then((answer) => give(() => answer.subscribe(subscriber)), fail);
    return;
  }
  give(() => {
    subscriber.next(body);
    subscriber.complete();
  });
}
