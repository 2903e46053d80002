/**
 * Imported before a server that is measured. Reports on request its processor time,
 * and counts from one request to the next what it allocates, and which promises it makes.
 */
import { createHook } from 'node:async_hooks';
import { GCProfiler, getHeapStatistics } from 'node:v8';

let promises = 0;
const hook = createHook({
  init: (_id, type) => {
    if (type === 'PROMISE') promises++;
  },
});
let collections: GCProfiler | undefined;
let usedBefore = 0;

/** Bytes allocated since the profiler started: what each collection found, and left. */
function allocated(profile: ReturnType<GCProfiler['stop']> | undefined): number {
  let used = usedBefore;
  let bytes = 0;
  for (const { beforeGC, afterGC } of profile?.statistics ?? []) {
    bytes += Math.max(0, beforeGC.heapStatistics.usedHeapSize - used);
    used = afterGC.heapStatistics.usedHeapSize;
  }
  return bytes + Math.max(0, getHeapStatistics().used_heap_size - used);
}

const answers: Readonly<Record<string, () => unknown>> = {
  cpu: () => process.cpuUsage(),
  'count bytes': () => {
    usedBefore = getHeapStatistics().used_heap_size;
    collections = new GCProfiler();
    collections.start();
    return 0;
  },
  bytes: () => allocated(collections?.stop()),
  'count promises': () => {
    promises = 0;
    hook.enable();
    return 0;
  },
  promises: () => {
    hook.disable();
    return promises;
  },
  memory: () => process.memoryUsage.rss(),
};

process.on('message', (message) => {
  process.send?.(answers[String(message)]?.());
});
// An open channel would keep a process alive that is asked to end.
process.channel?.unref();
