import type { GetOrSetOptions } from '@gad/cache';
import type { CacheEngine } from '@gad/cache/store';
import { CacheLoadTimeoutError, CacheUnavailableError } from '@gad/cache';
import { Glob } from '@gad/cache/store';
import { dumpOf, restore } from './lease-snapshot.js';
import type { Operation } from './program.js';
import { PATTERNS } from './program.js';
import type { World } from './world.js';
import { ModelViolation } from './world.js';

/** What the cache holds; large bodies take the way past the scripts. */
interface Held {
  readonly key: string;
  readonly version: number;
  readonly body?: string;
}

/** An error that names the state that its query saw, because an old error is as wrong as an old value. */
class LoaderError extends Error {
  constructor(readonly held: Held) {
    super('the loader failed');
  }
}

const LARGE = 'x'.repeat(5_000);

/** Runs one operation of a program, and checks its results. */
export async function act(world: World, operation: Operation): Promise<void> {
  const cache = world.caches[operation.process % world.caches.length];
  if (cache === undefined) throw new Error('a world without processes');
  const { keys } = world.source;
  const key = keys[operation.key % keys.length] ?? '';
  const { detail } = operation;
  switch (operation.kind) {
    case 'read':
      return check(world, [key], async () => [
        await cache.getOrSet(key, () => load(world, key, detail), held(detail >> 1)),
      ]);
    case 'readEntry':
      return check(world, [key], async () => {
        const entry = await cache.getOrSetEntry(key, () => load(world, key, detail));
        return [entry.value];
      });
    case 'get':
      return check(world, [key], async () => [await cache.get(key)]);
    case 'readMany':
      return check(world, keys, async () => cache.getMany(keys));
    case 'loadMany':
      return check(world, keys, async () =>
        heldOf(
          await cache.getOrSetMany(keys, String, (missing) => loadMany(world, missing, detail)),
        ),
      );
    case 'token':
      return fillByToken(world, cache, key, detail);
    case 'delete':
      return write(world, cache, [key], key, detail);
    case 'pattern': {
      const pattern = PATTERNS[detail % PATTERNS.length] ?? '*';
      const glob = new Glob(pattern);
      const matching = keys.filter((candidate) => glob.matches(Buffer.from(candidate)));
      return write(world, cache, matching, pattern, detail);
    }
    case 'clear':
      return remove(world, keys, () => cache.clear());
    case 'set':
      // What the cache owns is in no log.
      if (world.log !== undefined) return;
      return setByHand(world, cache, key, detail);
    case 'loseIndex':
      return void (await world.wires.command('DEL', ...world.parts.all.map(({ index }) => index)));
    case 'evict':
      return void (await world.wires.command('DEL', world.parts.nameOf(key)));
    case 'flushScripts':
      return void (await world.wires.command('SCRIPT', 'FLUSH'));
    case 'drop':
      return world.drop(operation.process % world.caches.length);
    case 'move':
      return world.cluster?.move(detail);
    case 'failOver': {
      const { cluster, parts, wires, dump } = world;
      const part = parts.all[detail % parts.all.length];
      if (cluster === undefined || part === undefined) return;
      world.hasOldValues ||= world.log !== undefined;
      cluster.move(detail);
      // The other node has what it had at the time of the dump.
      return world.whileDown(async () => {
        const names = (await wires.command('KEYS', `${part.prefix}*`)) as string[];
        if (names.length > 0) await wires.command('DEL', ...names);
        await restore(
          wires,
          dump.filter(({ name }) => name.startsWith(part.prefix)),
        );
      });
    }
    case 'snapshot':
      return void (world.dump = await dumpOf(world, world.log ? 'everything' : 'leases'));
    case 'restart':
      // The server comes back from an old dump: a process that held a lease then finds it again.
      world.hasOldValues = world.log !== undefined;
      return world.restart(async () => {
        await world.wires.command('FLUSHALL');
        await restore(world.wires, world.dump);
      });
  }
}

async function check(
  world: World,
  keys: readonly string[],
  read: () => Promise<unknown[]>,
): Promise<void> {
  const floors = keys.map((key) => (world.hasOldValues ? 0 : world.source.floor(key)));
  let values: unknown[];
  try {
    values = await read();
  } catch (error) {
    // A waiter for a lease that a restored server brought back waits in vain.
    if (error instanceof CacheLoadTimeoutError) return;
    if (!(error instanceof LoaderError)) throw error;
    values = keys.map((key) => (key === error.held.key ? error.held : undefined));
  }
  values.forEach((value, at) => {
    if (value !== undefined) {
      // A restored server may have come back while this read was under way.
      const floor = world.hasOldValues ? 0 : (floors[at] ?? 0);
      checkHeld(world, keys[at] ?? '', value, floor);
    }
  });
}

/** A state that a caller was given, or that Redis holds at the end. */
export function checkHeld(world: World, key: string, value: unknown, floor: number): void {
  // Written by this file; the comparison below is what it is for.
  const held = value as Partial<Held>;
  if (held.key !== key) throw new ModelViolation(`${key} yields ${JSON.stringify(value)}`);
  const version = held.version ?? 0;
  if (version < floor) {
    throw new ModelViolation(`${key}: state ${version} after ${floor} was acknowledged`);
  }
  if (version > world.source.version(key)) {
    throw new ModelViolation(`${key}: state ${version} does not exist`);
  }
}

/** Each state is read on its own, as rows are that are read one after the other. */
function loadMany(
  world: World,
  keys: readonly string[],
  detail: number,
): Promise<(Held | LoaderError | undefined)[]> {
  return Promise.all(
    keys.map((key, at) =>
      load(world, key, detail + at).catch((error: unknown) => {
        // One in two fails alone, the others fail the whole load.
        if (error instanceof LoaderError && detail % 2 === 0) return error;
        throw error;
      }),
    ),
  );
}

function heldOf(answers: readonly (Held | LoaderError | undefined)[]): unknown[] {
  return answers.map((answer) => (answer instanceof LoaderError ? answer.held : answer));
}

async function load(world: World, key: string, detail: number): Promise<Held | undefined> {
  await world.scheduler.pass('load');
  const version = world.source.version(key);
  await world.scheduler.pass('load');
  const held = stateOf(key, version, detail);
  if (detail % 20 === 1) throw new LoaderError(held);
  return detail % 20 === 2 ? undefined : held;
}

async function fillByToken(
  world: World,
  cache: CacheEngine,
  key: string,
  detail: number,
): Promise<void> {
  const token = await cache.acquireLease(key);
  if (token === undefined) return;
  await world.scheduler.pass('load');
  const version = world.source.version(key);
  await world.scheduler.pass('load');
  // One in seven forgets its token; it must run out by itself.
  if (detail % 7 === 0) return;
  await cache.set(key, stateOf(key, version, detail), { ...lifetime(detail), token });
}

/** Without a log the removal is all there is; with one a relay applies the write as well. */
async function write(
  world: World,
  cache: CacheEngine,
  keys: readonly string[],
  pattern: string,
  detail: number,
): Promise<void> {
  const { log, clock, source } = world;
  if (log === undefined) return remove(world, keys, () => cache.deletePattern(pattern));
  await world.scheduler.pass('commit');
  const written = source.write(keys);
  const position = log.append(pattern, written);
  // One writer in five dies here.
  const dies = detail % 5 === 0;
  const committedAt = clock.now();
  if (!dies && (await cache.invalidate([pattern], { position, committedAt }))) {
    source.acknowledge(written);
  } else source.abandon(written);
}

async function remove(
  world: World,
  keys: readonly string[],
  invalidate: () => Promise<number>,
): Promise<void> {
  await world.scheduler.pass('commit');
  const written = world.source.write(keys);
  try {
    await invalidate();
    world.source.acknowledge(written);
  } catch (error) {
    if (!(error instanceof CacheUnavailableError)) throw error;
    world.source.abandon(written);
  }
}

/** A value that the cache owns: its writer stores it, and no other process writes meanwhile. */
async function setByHand(
  world: World,
  cache: CacheEngine,
  key: string,
  detail: number,
): Promise<void> {
  await world.scheduler.pass('commit');
  const written = world.source.write([key]);
  const version = written.get(key);
  if (version === undefined) return;
  if (await cache.set(key, stateOf(key, version, detail), lifetime(detail))) {
    world.source.acknowledge(written);
  } else {
    // Not known to be done, so it may still happen, after whatever comes next.
    world.source.giveUpOn(key);
    world.source.abandon(written);
  }
}

function stateOf(key: string, version: number, detail: number): Held {
  return detail % 8 === 3 ? { key, version, body: LARGE } : { key, version };
}

function lifetime(detail: number): { ttl?: number } {
  return detail % 3 === 0 ? { ttl: (1 + (detail % 5)) / 1_000 } : {};
}

/** Most reads hold values beyond their ttl, which is over at once: Redis keeps its own time. */
function held(detail: number): GetOrSetOptions {
  const ttl = 0.001;
  switch (detail % 10) {
    case 0:
    case 1:
    case 2:
      return { ttl, staleWhileRevalidate: 60 };
    case 3:
    case 4:
      return { ttl, staleWhileRevalidate: 60, staleIfError: 120 };
    case 5:
      return { ttl, staleIfError: 60, softTimeout: 0.001, hardTimeout: 5 };
    case 6:
      return { ttl, staleIfError: 60, earlyRefresh: 2 };
    default:
      return lifetime(detail);
  }
}
