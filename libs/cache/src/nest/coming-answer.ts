import type { Subscriber } from 'rxjs';
import { Observable } from 'rxjs';

type Outcome = { readonly body: unknown } | { readonly error: unknown };

/** An answer in place of a body, made once somebody wants it. */
export class Detour {
  constructor(readonly begin: () => Promise<Observable<unknown>>) {}
}

/**
 * The answer of an interceptor that is being made already, as the Observable that Nest wants.
 *
 * An asynchronous interceptor costs a hit several more turns of the microtask queue than the read
 * does, and an Observable of a promise one more. Here the reader's promise is the only one.
 *
 * @param value begun before, in the context of the request, and heard even if nobody subscribes
 * @param finish makes the body of the value, or a {@link Detour}; what it throws is the answer
 * @param end called when the value, or its error, has become an answer
 */
export function comingAnswer<T>(
  value: Promise<T>,
  finish: (value: T) => unknown,
  end: () => void,
): Observable<unknown> {
  let outcome: Outcome | undefined;
  let waiting: Subscriber<unknown> | undefined;
  const settle = (arrived: Outcome): void => {
    outcome = arrived;
    end();
    if (waiting !== undefined) deliver(arrived, waiting);
  };
  value.then(
    (arrived) => settle(outcomeOf(finish, arrived)),
    (error: unknown) => settle({ error }),
  );
  return new Observable((subscriber) => {
    if (outcome !== undefined) deliver(outcome, subscriber);
    else waiting = subscriber;
  });
}

function outcomeOf<T>(finish: (value: T) => unknown, value: T): Outcome {
  try {
    return { body: finish(value) };
  } catch (error) {
    return { error };
  }
}

function deliver(outcome: Outcome, subscriber: Subscriber<unknown>): void {
  if ('error' in outcome) {
    subscriber.error(outcome.error);
  } else if (outcome.body instanceof Detour) {
    outcome.body.begin().then(
      (answer) => answer.subscribe(subscriber),
      (error: unknown) => subscriber.error(error),
    );
  } else {
    subscriber.next(outcome.body);
    subscriber.complete();
  }
}
