/**
 * A process of its own with one cache and nothing around it: no listener for errors, no logger. It
 * executes its parent's messages and reports the outcome.
 */
import { Logger } from '@nestjs/common';
import { CacheService } from '@gad/cache';

Logger.overrideLogger(false);
const [url = '', connected] = process.argv.slice(2);
const cache = new CacheService({
  prefix: 'gad:',
  redis: { url },
  logLevel: 'off',
  ...{ deadlineMs: 5_000, leaseMs: 60_000, leaseWaitMs: 60_000 },
});
let finish: (value: string) => void = () => undefined;

process.on('message', (message) => void obey(String(message)));
await cache.onModuleInit();
if (connected !== undefined) await until(() => cache.connected);
report('ready');

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

async function obey(message: string): Promise<void> {
  if (message === 'finish') finish('loaded');
  else if (message === 'close') {
    await cache.onApplicationShutdown();
    process.disconnect();
  } else {
    const reading = cache.getOrSet('cold', load);
    void reportWaiting();
    report(await reading);
  }
}

function load(): Promise<string> {
  report('loading');
  return new Promise((resolve) => (finish = resolve));
}

/** A caller does not see that it waits for another process; only a counter does. */
async function reportWaiting(): Promise<void> {
  for (;;) {
    const { loads, waits } = (await cache.getStats()).local;
    if (loads > 0) return;
    if (waits > 0) {
      report('waiting');
      return;
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function report(message: string): void {
  process.send?.(message);
}
