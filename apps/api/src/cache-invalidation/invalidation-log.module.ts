import { Module } from '@nestjs/common';
import { LoggedInvalidations } from './logged-invalidations.js';

/** What the cache needs of the log. Apart from the listener, which needs the cache. */
@Module({ providers: [LoggedInvalidations], exports: [LoggedInvalidations] })
export class InvalidationLogModule {}
