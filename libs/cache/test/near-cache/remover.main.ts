/** Removes a key and ends. `argv`: the URL of Redis, the key. */
import { createCache } from '@gad/cache';
import { silentLog } from '@gad/cache/store';

const [, , url = '', key = ''] = process.argv;
const cache = createCache({ prefix: 'gad:', redis: { url }, deadlineMs: 5_000 }, silentLog);
await cache.open();
await cache.delete(key);
await cache.close();
