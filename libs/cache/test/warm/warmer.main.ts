/**
 * A process of its own that warms one cache. It reports each load to its parent, and closes on its
 * second message or on SIGTERM.
 */
import { createCache } from '@gad/cache';
import { silentLog } from '@gad/cache/store';

const [url = '', count = '0'] = process.argv.slice(2);
const cache = createCache({ redis: { url }, prefix: 'gad:', deadlineMs: 5_000 }, silentLog);
await cache.open();
cache.warming.add({
  name: 'numbers',
  *candidates() {
    for (let n = 0; n < Number(count); n++) yield n;
  },
  keyOf: (n: number) => `k:${n}`,
  warm: (n: number, context) =>
    context.getOrSet(
      `k:${n}`,
      () => {
        process.send?.(`load ${n}`);
        return n;
      },
      { ttl: 600 },
    ),
});

const close = (): void => {
  void cache.close().then(() => process.disconnect());
};
process.once('SIGTERM', close);
process.once('message', (message) => {
  if (message === 'start') cache.warming.start();
  process.once('message', close);
});
process.send?.('ready');
