import type { Subscriber } from 'rxjs';
import { Observable } from 'rxjs';

type Outcome<T> = { readonly value: T } | { readonly error: unknown };

/** A fallback in place of a body, computed only when the answer has a subscriber. */
export class Fallback {
  constructor(readonly begin: () => Promise<Observable<unknown>>) {}
}

/** The steps that turn a value into an answer. */
export interface AnswerSteps<T> {
  /**
   * Makes the body from the value, or returns a {@link Fallback}; what it throws becomes the answer.
   */
  readonly finish: (value: T) => unknown;
  /** Called when the value or its error has arrived. */
  readonly settled: () => void;
  /**
   * Called when the subscriber unsubscribes before it received an answer: another answer is sent
   * instead.
   */
  readonly left: () => void;
}

/**
 * Wraps a pending answer in the Observable that Nest expects from an interceptor.
 *
 * An asynchronous interceptor costs a hit several more microtask turns than the read itself, and an
 * Observable of a promise one more. This one uses the reader's promise only.
 *
 * `finish` does not run without a subscriber: an outer interceptor may have answered meanwhile, and
 * `finish` would then change the response of that answer.
 *
 * @param value already started, in the context of the request; its rejection is handled even
 *   without a subscriber
 */
export function promisedAnswer<T>(value: Promise<T>, steps: AnswerSteps<T>): Observable<unknown> {
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
      // `left` has already been called for it.
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
  if (body instanceof Fallback) {
    body.begin().then((answer) => give(() => answer.subscribe(subscriber)), fail);
    return;
  }
  give(() => {
    subscriber.next(body);
    subscriber.complete();
  });
}
