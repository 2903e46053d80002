/**
 * A process with copies, for a test that stops it: reads each key that it receives, and sends back
 * the value. `argv`: the URL of Redis, the bound in milliseconds.
 */
import { createCache } from '@gad/cache';
import { silentLog } from '@gad/cache/store';

const [, , url = '', boundMs = ''] = process.argv;
const cache = createCache(
  {
    prefix: 'gad:',
    redis: { url },
    local: { barrier: true, staleBoundMs: Number(boundMs) },
    deadlineMs: 5_000,
  },
  silentLog,
);
await cache.open();
process.on('message', (key: string) => {
  void cache
    .getOrSet(key, () => 'loaded', { local: 3_600 })
    .then((value) => process.send?.({ value, hits: cache.counts().copies?.hits ?? 0 }));
});
process.send?.('ready');
