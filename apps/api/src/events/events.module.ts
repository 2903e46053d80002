import { Global, Module } from '@nestjs/common';
import { EventEmitterModule } from '@nestjs/event-emitter';
import { AppConfig } from '../config/app-config.js';
import { Database } from '../database/database.js';
import { DomainEventBus } from './domain-event-bus.js';
import { DomainEventLog } from './log/domain-event-log.js';
import { EventRetention } from './log/event-retention.js';
import { makeLogReader } from './log/make-log-reader.js';

@Global()
@Module({
  imports: [EventEmitterModule.forRoot({ wildcard: true, delimiter: '.', ignoreErrors: false })],
  providers: [
    DomainEventBus,
    {
      provide: DomainEventLog,
      inject: [AppConfig, Database],
      useFactory: async (config: AppConfig, database: Database): Promise<DomainEventLog> =>
        new DomainEventLog(await makeLogReader(config, database)),
    },
    EventRetention,
  ],
  exports: [DomainEventBus, DomainEventLog, EventRetention],
})
export class EventsModule {}
