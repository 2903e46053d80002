/**
 * Imported before the API in a process of the harness: strikes at moments that no signal from
 * outside can hit. The product has no trace of it. What it waits for comes over IPC.
 */
import { CacheService } from '@gad/cache';
import { RedisRelayStore } from '../../libs/cache/src/store/redis/redis-relay-store.js';
import type { OutboxEvent } from '../../libs/cache-postgres/src/append.js';
import { OutboxLog } from '../../libs/cache-postgres/src/outbox-log.js';
import type { Order } from './order.js';

const LOOK_MS = 500;
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
const read = OutboxLog.prototype.read;
OutboxLog.prototype.read = async function (this: OutboxLog<OutboxEvent>, cursor) {
  const batch = await read.call(this, cursor);
  entries = batch.entries;
  if (entries > 0 && order === 'hold before the removals') await hold();
  return batch;
};

/** Whether all that is to be removed is removed, by the relay or by the writers that left the marks. */
async function isRemoved(store: RedisRelayStore, marks: readonly string[]): Promise<boolean> {
  if (marks.length === 0) return true;
  const { connection, layout } = { connection: store['connection'], layout: store['layout'] };
  const found = await connection.send(['ZMSCORE', layout.marks, ...marks], LOOK_MS, 'always');
  return Array.isArray(found) && !found.includes(null);
}

// Ends every round, with marks to look for or without.
// eslint-disable-next-line @typescript-eslint/unbound-method -- as above
const endMarkedRound = RedisRelayStore.prototype.endMarkedRound;
RedisRelayStore.prototype.endMarkedRound = async function (
  this: RedisRelayStore,
  turn,
  cursor,
  marks,
) {
  if (order !== undefined && entries > 0 && (await isRemoved(this, marks))) {
    if (order === 'die before the cursor') process.kill(process.pid, 'SIGKILL');
    if (order === 'hold before the cursor') await hold();
  }
  return endMarkedRound.call(this, turn, cursor, marks);
};

/** Says that the moment has come, and resolves when the harness lets it go on. */
async function hold(): Promise<void> {
  order = undefined;
  const goesOn = new Promise<void>((resolve) => (release = resolve));
  process.send?.('holding');
  await goesOn;
}
