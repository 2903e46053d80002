/**
 * Does the bound in bytes hold? Fills a near cache with values of 1 to 100 kB and compares what it
 * says with what the process really holds, after a full collection: it may be neither exceeded nor
 * left unused by more than a tenth.
 *
 *   npm run bench:local-memory
 */
import { NearCache } from '../libs/cache/src/near-cache/near-cache.js';
import { systemClock } from '../libs/cache/src/clock.js';
import { expectFigure, machine, quantile, spread } from './measure.js';

const MAX_BYTES = 64 * 1024 * 1024;
const TOLERANCE = 0.1;
const ROUNDS = 3;

const word = (): string => Math.random().toString(36).slice(2).padEnd(12, 'x');
const many = <T>(count: number, make: (at: number) => T): T[] =>
  Array.from({ length: count }, (_, at) => make(at));

/** Shapes of values by their size in kB of JSON. */
const SHAPES: Record<string, (kilobytes: number) => unknown> = {
  'one text': (kb) => ({ id: Math.random(), text: word().repeat(Math.ceil((kb * 1_000) / 12)) }),
  'a list of records': (kb) =>
    many(Math.ceil((kb * 1_000) / 100), (id) => ({
      id,
      titulo: `${word()} ${word()}`,
      estado: 'pending',
      puntos: Math.random(),
      cerrada: false,
    })),
  statistics: (kb) => ({
    user_id: Math.floor(Math.random() * 1e6),
    calculated_at: new Date().toISOString(),
    by_day: many(Math.ceil((kb * 1_000) / 60), (day) => ({
      day: `2026-${String(day).padStart(6, '0')}`,
      total: Math.floor(Math.random() * 1_000),
      rate: Math.random(),
    })),
  }),
  numbers: (kb) => many(Math.ceil((kb * 1_000) / 19), () => Math.random()),
  words: (kb) => many(Math.ceil((kb * 1_000) / 15), word),
  'ñ and € in texts': (kb) =>
    many(Math.ceil((kb * 1_000) / 60), () => `€ ${word()} ñ ${word().repeat(2)}`),
};

console.log(`${machine()}; ${MAX_BYTES / 1024 / 1024} MiB allowed`);
for (const [name, make] of Object.entries(SHAPES)) {
  for (const kilobytes of [1, 10, 100]) {
    const ratios: number[] = [];
    let entries = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const before = await heapBytes();
      const nearCache = fill(() => make(kilobytes));
      const after = await heapBytes();
      const figures = nearCache.figures();
      entries = figures.entries;
      ratios.push((after - before) / figures.bytes);
      nearCache.flush();
    }
    const what = `${name}, ${kilobytes} kB`;
    console.log(`${what.padEnd(28)} ${entries} entries, ${spread(ratios, 3)} × what it counts`);
    const ratio = quantile(ratios, 0.5);
    expectFigure(`${what}: within ${100 * TOLERANCE} %`, Math.abs(ratio - 1) <= TOLERANCE);
  }
}

function fill(make: () => unknown): NearCache {
  const freshness = { freshUntil: Infinity };
  const nearCache = new NearCache({
    clock: systemClock,
    maxEntries: 200_000,
    maxBytes: MAX_BYTES,
    parsed: true,
    freshness,
  });
  // Somewhat more than it may hold, so that the bound is what is measured.
  for (let at = 0, kept = -1; at < 1_000_000; at++) {
    const reservation = nearCache.reserve(`stats:user:${at}:days:30`);
    nearCache.publish(reservation, JSON.parse(JSON.stringify(make())) as unknown, 3_600_000, null);
    nearCache.release(reservation);
    const { entries } = nearCache.figures();
    if (entries <= kept && at > entries * 1.2) break;
    kept = Math.max(kept, entries);
  }
  return nearCache;
}

async function heapBytes(): Promise<number> {
  if (globalThis.gc === undefined) throw new Error('run with --expose-gc, as npm run does');
  for (let round = 0; round < 4; round++) {
    globalThis.gc();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return process.memoryUsage().heapUsed;
}
