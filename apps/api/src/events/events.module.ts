import { Global, Module } from '@nestjs/common';
import { EventEmitterModule } from '@nestjs/event-emitter';
import { AppConfig } from '../config/app-config.js';
import { Database } from '../database/database.js';
import { DomainEventBus } from './domain-event-bus.js';
import { makeOutbox, Outbox } from './outbox/outbox.js';
import { OutboxRetention } from './outbox/outbox-retention.js';

@Global()
@Module({
  imports: [EventEmitterModule.forRoot({ wildcard: true, delimiter: '.', ignoreErrors: false })],
  providers: [
    DomainEventBus,
    { provide: Outbox, inject: [AppConfig, Database], useFactory: makeOutbox },
    OutboxRetention,
  ],
  exports: [DomainEventBus, Outbox, OutboxRetention],
})
export class EventsModule {}
