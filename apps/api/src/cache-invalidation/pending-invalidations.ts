import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { CacheService, CacheUnavailableError } from '@gad/cache';

const RETRY_EVERY_MS = 250;

/** Beyond this many patterns one `*` costs less than remembering them. */
const MAX_PATTERNS = 10_000;

/**
 * Patterns that could not be removed because the cache store was away, retried until they are.
 * They live in this process's memory: a crash loses them.
 */
@Injectable()
export class PendingInvalidations implements OnApplicationShutdown {
  private readonly logger = new Logger('CacheInvalidation');
  private readonly patterns = new Set<string>();
  private timer: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(private readonly cache: CacheService) {}

  get size(): number {
    return this.patterns.size;
  }

  add(pattern: string): void {
    if (this.patterns.size === 0) {
      this.logger.warn(
        'The cache store is away: invalidations are kept and retried until it is back',
      );
    }
    if (this.patterns.size >= MAX_PATTERNS) {
      this.patterns.clear();
      this.patterns.add('*');
    } else if (!this.patterns.has('*')) {
      this.patterns.add(pattern);
    }
    this.schedule();
  }

  onApplicationShutdown(): void {
    this.closed = true;
    clearTimeout(this.timer);
    if (this.patterns.size > 0) {
      this.logger.error(`Stopped with ${String(this.patterns.size)} invalidations undone`);
    }
  }

  private schedule(): void {
    if (this.closed || this.timer !== undefined) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      void this.retry();
    }, RETRY_EVERY_MS).unref();
  }

  private async retry(): Promise<void> {
    const before = this.patterns.size;
    try {
      for (const pattern of [...this.patterns]) {
        await this.cache.deletePattern(pattern);
        this.patterns.delete(pattern);
      }
      this.logger.log(`The cache store is back: ${String(before)} kept invalidations are done`);
    } catch (error) {
      if (!(error instanceof CacheUnavailableError)) this.logger.error(error);
    }
    if (this.patterns.size > 0) this.schedule();
  }
}
