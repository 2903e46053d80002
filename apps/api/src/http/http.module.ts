import { Global, Module } from '@nestjs/common';
import { Drain } from './drain.js';

/** What concerns every request, whichever feature answers it. */
@Global()
@Module({ providers: [Drain], exports: [Drain] })
export class HttpModule {}
