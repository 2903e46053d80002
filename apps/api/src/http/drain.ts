import type { Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { AppConfig } from '../config/app-config.js';

/** What is left at the end for closing the database and the cache store, whose waits are bounded. */
const LAST_STEPS_MS = 2_000;

/**
 * An orderly end that drops no request. From the signal on `/health/ready` answers 503 and every
 * answer says `Connection: close`, so that load balancers and keep-alive clients use another process
 * while requests that still arrive are answered; after the grace period the server stops listening and
 * waits for the answers in progress.
 *
 * Bounded as a whole: requests that do not end lose their connections shortly before
 * `SHUTDOWN_TIMEOUT_MS`, and at that time the process ends, whatever is frozen.
 */
@Injectable()
export class Drain implements BeforeApplicationShutdown {
  private readonly logger = new Logger('Shutdown');
  private begun = false;

  constructor(
    @Inject(AppConfig) private readonly config: AppConfig,
    private readonly host: HttpAdapterHost,
  ) {}

  /** The process has received a stop signal. */
  get draining(): boolean {
    return this.begun;
  }

  /** @param signal absent when a program closes the app, which needs no grace period */
  async beforeApplicationShutdown(signal?: string): Promise<void> {
    this.begun = true;
    if (signal === undefined) return;
    const { shutdownGraceMs, shutdownTimeoutMs } = this.config.http;
    this.logger.log(`${signal}: draining`);
    setTimeout(() => {
      this.cutConnections();
    }, shutdownTimeoutMs - LAST_STEPS_MS).unref();
    setTimeout(() => {
      this.logger.error(`Not closed after ${String(shutdownTimeoutMs)} ms: ending anyway`);
      process.exit(1);
    }, shutdownTimeoutMs).unref();
    await sleep(Math.min(shutdownGraceMs, Math.max(0, shutdownTimeoutMs - LAST_STEPS_MS)));
  }

  private cutConnections(): void {
    const server = this.host.httpAdapter.getHttpServer() as Server; // the adapter is built over node:http
    server.closeAllConnections();
  }
}
