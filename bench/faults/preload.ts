/**
 * Imported before the API in a process of the harness: strikes at moments that no signal from
 * outside can hit. The product has no trace of it. What it waits for comes over IPC.
 */
import { CacheService } from '@gad/cache';
import type { Order } from './order.js';

let order: Order | undefined;

process.on('message', (message) => {
  // Only the harness sends anything, and only orders.
  order = message === 'disarm' ? undefined : (message as Order);
});
// An open channel would keep a process alive that is asked to end.
process.channel?.unref();

/** After the commit, before anything is removed from the cache. */
// eslint-disable-next-line @typescript-eslint/unbound-method -- called on the instance below
const invalidate = CacheService.prototype.invalidate;
CacheService.prototype.invalidate = function (this: CacheService, ...args) {
  if (order === 'die before invalidation') process.kill(process.pid, 'SIGKILL');
  return invalidate.apply(this, args);
};
