/**
 * Imported before the API in a process of the harness: strikes at moments that no signal from
 * outside can hit. The product has no trace of it. What it waits for comes over IPC.
 */
import { CacheService } from '@gad/cache';
import { RedisRelayStore } from '../../libs/cache/src/store/redis/redis-relay-store.js';
import { OutboxInvalidationLog } from '../../apps/api/src/cache-invalidation/outbox-invalidation-log.js';
import type { Order } from './order.js';

let order: Order | undefined;
let release = (): void => undefined;

process.on('message', (message) => {
  // Only the harness sends anything, and only orders.
  order = message === 'disarm' ? undefined : (message as Order);
  release();
});
// An open channel would keep a process alive that is asked to end.
process.channel?.unref();

// eslint-disable-next-line @typescript-eslint/unbound-method -- called on the instance below
const invalidate = CacheService.prototype.invalidate;
CacheService.prototype.invalidate = function (this: CacheService, ...args) {
  if (order === 'die before invalidation') process.kill(process.pid, 'SIGKILL');
  return invalidate.apply(this, args);
};

// The cursor moves with every transaction of the database, so only a round that read entries counts.
let entries = 0;
// eslint-disable-next-line @typescript-eslint/unbound-method -- as above
const read = OutboxInvalidationLog.prototype.read;
OutboxInvalidationLog.prototype.read = async function (this: OutboxInvalidationLog, cursor) {
  const batch = await read.call(this, cursor);
  entries = batch.entries;
  return batch;
};

// eslint-disable-next-line @typescript-eslint/unbound-method -- as above
const endRound = RedisRelayStore.prototype.endRound;
RedisRelayStore.prototype.endRound = async function (this: RedisRelayStore, turn, cursor) {
  if (entries > 0) {
    if (order === 'die before the cursor') process.kill(process.pid, 'SIGKILL');
    if (order === 'hold before the cursor') await hold();
  }
  return endRound.call(this, turn, cursor);
};

/** Says that the moment has come, and resolves when the harness lets it go on. */
async function hold(): Promise<void> {
  order = undefined;
  const goesOn = new Promise<void>((resolve) => (release = resolve));
  process.send?.('holding');
  await goesOn;
}
