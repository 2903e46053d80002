import { OnEvent } from '@nestjs/event-emitter';
import type { DomainEventName, PublishedEvent } from './domain-events.js';

/**
 * Marks a provider's method as the listener of one domain event, or of all with `'**'`. The
 * emitter's own default would swallow what the listener throws; here it reaches the publisher.
 */
export function OnDomainEvent<Name extends DomainEventName | '**'>(name: Name) {
  type Received = Name extends DomainEventName
    ? Extract<PublishedEvent, { name: Name }>
    : PublishedEvent;
  const subscribe = OnEvent(name, { suppressErrors: false });
  return <Listener extends (event: Received) => Promise<void> | void>(
    target: object,
    key: string,
    descriptor: TypedPropertyDescriptor<Listener>,
  ): void => {
    subscribe(target, key, descriptor);
  };
}
