import { act, checkHeld } from './actions.js';
import type { Part } from './parts.js';
import type { Program } from './program.js';
import type { Wires } from './wires.js';
import { ModelViolation, World } from './world.js';

/** What happened in the episodes of a run. */
export interface Tally {
  episodes: number;
  operations: number;
  steps: number;
  loads: number;
  joins: number;
  waits: number;
  refused: number;
  errors: number;
  hits: number;
  stale: number;
  refreshes: number;
}

export function emptyTally(): Tally {
  const loads = {
    loads: 0,
    joins: 0,
    waits: 0,
    refused: 0,
    errors: 0,
    hits: 0,
    stale: 0,
    refreshes: 0,
  };
  return { episodes: 0, operations: 0, steps: 0, ...loads };
}

const AUDIT_EVERY = 16;
const HANGS_AFTER = 30_000;
/** Under way at the same time, at most. */
const CROWD = 12;

/**
 * Atomically: the keys that the index does not know although it says that it is complete.
 * KEYS index. ARGV prefix.
 */
const UNINDEXED = String.raw`
if #redis.call('ZRANGEBYLEX', KEYS[1], '[\000s', '(\000t') == 0 then return {} end
local unknown = {}
for _, name in ipairs(redis.call('KEYS', ARGV[1] .. '[^\000]*')) do
  local member = string.sub(name, #ARGV[1] + 1)
  if not redis.call('ZSCORE', KEYS[1], member) then unknown[#unknown + 1] = member end
end
return unknown`;

/** Runs a program to its end; throws at the first thing that is wrong. */
export async function runEpisode(wires: Wires, program: Program, tally: Tally): Promise<void> {
  const world = new World(wires, program);
  await world.open();
  const failures: unknown[] = [];
  const rest = [...program.operations];
  let underWay = 0;
  let turns = 0;
  const inBackground = (): number =>
    world.caches.reduce((sum, cache) => sum + cache.counts().background, 0);
  while (rest.length > 0 || underWay > 0 || inBackground() > 0) {
    if (failures.length > 0) throw failures[0];
    await world.serverIsUp();
    if (++turns > HANGS_AFTER) throw new ModelViolation(`${underWay} operations never end`);
    if (turns % AUDIT_EVERY === 0) await auditIndex(world);
    if (world.log !== undefined && turns % AUDIT_EVERY === 0) await auditCursors(world);
    const begins = rest.length > 0 && underWay < CROWD;
    const next = begins && world.random() < program.haste ? rest.shift() : undefined;
    if (next === undefined) {
      await world.scheduler.turn();
      continue;
    }
    underWay++;
    act(world, next)
      .catch((error: unknown) => failures.push(error))
      .finally(() => underWay--);
  }
  if (failures.length > 0) throw failures[0];
  await auditIndex(world);
  if (world.log !== undefined) await applyAll(world);
  else await auditValues(world);
  count(world, tally);
  await world.close();
}

async function auditIndex({ wires, parts }: World): Promise<void> {
  for (const { index, prefix } of parts.all) {
    const unknown = await wires.command('EVAL', UNINDEXED, '1', index, prefix);
    if (Array.isArray(unknown) && unknown.length > 0) {
      throw new ModelViolation(`the index says it is complete, but lacks ${unknown.join(', ')}`);
    }
  }
}

/**
 * Atomically: the cursor and the stored texts. KEYS cursor and data keys.
 */
const APPLIED = `return redis.call('MGET', unpack(KEYS))`;

/** What each part holds beside its cursor is no older than the log at that cursor; the cursors. */
async function auditCursors(world: World): Promise<unknown[]> {
  const cursors: unknown[] = [];
  for (const part of world.parts.all) cursors.push(await auditCursor(world, part));
  return cursors;
}

async function auditCursor(world: World, part: Part): Promise<unknown> {
  const { log, source, wires, parts } = world;
  const keys = source.keys.filter((key) => parts.of(key) === part);
  const names = [part.cursor, ...keys.map((key) => part.prefix + key)];
  const found = await wires.command('EVAL', APPLIED, String(names.length), ...names);
  const [cursor, ...texts] = Array.isArray(found) ? (found as unknown[]) : [];
  if (log === undefined || typeof cursor !== 'string') return undefined;
  texts.forEach((text, at) => {
    const key = keys[at] ?? '';
    const held = heldIn(text);
    if (held !== undefined) checkHeld(world, key, held, log.floorAt(cursor, key));
  });
  return cursor;
}

/** Goes on until a relay has applied all that was written, and looks at what is left then. */
async function applyAll(world: World): Promise<void> {
  for (let turns = 0; turns < HANGS_AFTER; turns++) {
    await world.serverIsUp();
    const cursors = await auditCursors(world);
    if (cursors.every((cursor) => cursor === world.log?.end)) return;
    await world.scheduler.turn();
  }
  throw new ModelViolation('the relays never apply the log');
}

/** The state in a stored text; `undefined` for none and for a lease. */
function heldIn(text: unknown): unknown {
  if (typeof text !== 'string' || text.startsWith('\x01')) return undefined;
  return JSON.parse(text.startsWith('\x02') ? text.slice(text.indexOf('\n') + 1) : text);
}

/** Reads have ended: what is left must be as new as what was acknowledged. */
async function auditValues(world: World): Promise<void> {
  for (const key of world.source.keys) {
    const held = heldIn(await world.wires.command('GET', world.parts.nameOf(key)));
    if (held !== undefined) checkHeld(world, key, held, world.source.floor(key));
  }
  for (const cache of world.caches) {
    const { loading } = cache.counts();
    if (loading > 0) throw new ModelViolation(`${loading} loads are never over`);
  }
}

function count(world: World, tally: Tally): void {
  tally.episodes++;
  tally.operations += world.program.operations.length;
  tally.steps += world.scheduler.steps;
  for (const cache of world.caches) {
    const { loads, joins, waits, refused_fills, errors, hits } = cache.counts();
    const { stale_hits, refreshes } = cache.counts();
    tally.stale += stale_hits;
    tally.refreshes += refreshes;
    tally.loads += loads;
    tally.joins += joins;
    tally.waits += waits;
    tally.refused += refused_fills;
    tally.errors += errors;
    tally.hits += hits;
  }
}
