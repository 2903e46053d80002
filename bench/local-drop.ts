/**
 * What does a removal by pattern cost each process that keeps copies? Drops three copies of 1,000,
 * 10,000 and 100,000 by `literal*`, beside a walk over all keys, which is how it was done before.
 *
 *   npm run bench:local-drop
 */
import type { KeySelection } from '@gad/cache/store';
import { NearCache } from '../libs/cache/src/near-cache/near-cache.js';
import { matcherOf, selectPattern } from '../libs/cache/src/keys/key-selection.js';
import { systemClock } from '../libs/cache/src/clock.js';
import { expectFigure, machine, quantile, spread } from './measure.js';

const ROUNDS = 2_000;
const WALKS = 100;
const PER_USER = 3;
const TARGET_US = 20;

console.log(machine());
for (const copies of [1_000, 10_000, 100_000]) {
  const near = new NearCache({
    clock: systemClock,
    maxEntries: copies,
    maxBytes: 1e9,
    parsed: true,
    freshness: { freshUntil: Infinity },
  });
  const walked = new Set<string>();
  const keep = (key: string): void => {
    const reservation = near.reserve(key);
    near.publish(reservation, 1, 3_600_000, null);
    near.release(reservation);
    walked.add(key);
  };
  for (let at = 0; at < copies; at++) keep(keyOf(at));
  const times: Record<'before' | 'now' | 'kept', number[]> = { before: [], now: [], kept: [] };
  const round = (what: number[], drop: (selection: KeySelection) => void): void => {
    const user = Math.floor((Math.random() * copies) / PER_USER);
    const selection = selectPattern(`stats:user:${user}:*`);
    what.push(microseconds(() => drop(selection)));
    const keys = Array.from({ length: PER_USER }, (_, each) => keyOf(user * PER_USER + each));
    times.kept.push(microseconds(() => keys.forEach(keep)) / PER_USER);
  };
  // Not in turns: a walk takes the place of everything else in the processor's caches.
  for (let at = 0; at < ROUNDS; at++) round(times.now, (selection) => near.drop(selection));
  for (let at = 0; at < WALKS; at++) round(times.before, (selection) => walk(walked, selection));
  const size = copies.toLocaleString('en').padStart(7);
  console.log(
    `${size} copies: a drop ${spread(times.now, 1)} µs, a walk ${spread(times.before, 1)} µs`,
  );
  console.log(`${size} copies: to keep one ${spread(times.kept, 1)} µs`);
  if (copies === 100_000) {
    expectFigure(`a drop takes ≤ ${TARGET_US} µs`, quantile(times.now, 0.5) <= TARGET_US);
  }
}

function keyOf(at: number): string {
  return `stats:user:${Math.floor(at / PER_USER)}:days:${at % PER_USER}`;
}

function walk(keys: Set<string>, selection: KeySelection): void {
  const selected = matcherOf(selection);
  for (const key of keys) if (selected(key)) keys.delete(key);
}

function microseconds(run: () => void): number {
  const startedAt = performance.now();
  run();
  return (performance.now() - startedAt) * 1_000;
}
