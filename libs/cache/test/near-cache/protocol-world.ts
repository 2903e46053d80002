import type { Clock } from '@gad/cache/store';
import {
  InvalidationStream,
  type SequenceProbe,
} from '../../src/near-cache/invalidation-stream.js';
import { NearCache, type Reservation } from '../../src/near-cache/near-cache.js';

const BOUND_MS = 500;

/** What can happen, to a process and a key of the step, and how often in so many steps. */
const OFTEN = {
  pass: 12,
  read: 14,
  copy: 8,
  fetch: 4,
  answer: 4,
  remove: 8,
  deliver: 14,
  prove: 8,
  probe: 4,
  probed: 4,
  lose: 1,
  silence: 1,
  subscribe: 2,
  reconnect: 1,
  forget: 1,
} as const;

type StepName = keyof typeof OFTEN;

/** Each name as often as it should come. */
export const STEPS = Object.entries(OFTEN).flatMap(([name, times]) =>
  // `Object.entries` widens the names.
  Array.from({ length: times }, () => name as StepName),
);

export interface Step {
  readonly name: StepName;
  readonly process: number;
  readonly key: number;
  /** Milliseconds that pass. */
  readonly by: number;
}

interface Message {
  readonly previous: number;
  readonly next: number;
  readonly what: string;
  readonly ask: Removal | undefined;
}

interface Removal {
  readonly key: number;
  /** What it makes stale: everything below. */
  readonly version: number;
  readonly at: number;
  acknowledged: boolean;
}

interface Reader {
  readonly stream: InvalidationStream;
  readonly nearCache: NearCache;
  /** Messages on their way, or `undefined` while no subscription stands. */
  inbox: Message[] | undefined;
  /** The subscription stands for the server, but nothing arrives any more. */
  silent: boolean;
  fetch:
    | { readonly reservation: Reservation; readonly key: number; readonly version: number }
    | undefined;
  probes: { readonly probe: SequenceProbe; readonly sequence: number }[];
  /** When it last registered. */
  registeredAt: number;
}

/** Time that passes step by step; the stream and the near cache set no timers. */
class SteppedClock implements Clock {
  time = 0;
  now(): number {
    return this.time;
  }
  after(): () => void {
    return () => undefined;
  }
}

/** A store with versions in it, and processes over it, as far as removal messages are concerned. */
export class World {
  readonly violations: string[] = [];
  hits = 0;
  /** Removals while a process held a copy. */
  removalsOfCopies = 0;
  readonly #clock = new SteppedClock();
  readonly #versions = [0, 0, 0];
  readonly #removals: Removal[] = [];
  readonly #readers: Reader[];
  /** Who has still to confirm what. */
  readonly #waitedFor = new Map<Removal, Set<string>>();
  #sequence = 0;
  #micros = 0;
  /** When the registry was made; before that, who reads is not known. */
  #bornAt = -Infinity;

  constructor(
    processes: number,
    private readonly barrier: boolean,
  ) {
    this.#readers = Array.from({ length: processes }, () => this.#reader());
    for (const reader of this.#readers) {
      this.subscribe(reader);
      this.prove(reader);
    }
    this.#clock.time += BOUND_MS;
  }

  play({ name, process, key, by }: Step): void {
    const reader = this.#readers[process];
    if (reader === undefined) return;
    if (name === 'pass') this.#clock.time += by;
    else this[name](reader, key);
    for (const removal of this.#removals) this.#settle(removal);
  }

  read(reader: Reader, key: number): void {
    const copy = reader.nearCache.get(nameOf(key));
    if (copy === undefined) return;
    this.hits++;
    // Versions are what this world keeps.
    const version = copy.value as number;
    const now = this.#clock.time;
    for (const removal of this.#removals) {
      if (removal.key !== key || removal.version <= version) continue;
      const late = now - removal.at >= BOUND_MS;
      if (late || (this.barrier && removal.acknowledged)) {
        this.violations.push(`version ${version} of ${key} at ${now}, removed at ${removal.at}`);
      }
    }
  }

  /** The read reaches the store, its answer is still on its way. */
  fetch(reader: Reader, key: number): void {
    if (reader.fetch !== undefined) return;
    const reservation = reader.nearCache.reserve(nameOf(key));
    reader.fetch = { reservation, key, version: this.#versions[key] ?? 0 };
  }

  answer(reader: Reader): void {
    const { fetch } = reader;
    if (fetch === undefined) return;
    reader.nearCache.publish(fetch.reservation, fetch.version, 1e9, null);
    reader.nearCache.release(fetch.reservation);
    reader.fetch = undefined;
  }

  copy(reader: Reader, key: number): void {
    this.fetch(reader, key);
    this.answer(reader);
  }

  prove(reader: Reader): void {
    this.probe(reader);
    while (reader.probes.length > 0) this.probed(reader);
  }

  remove(_: Reader, key: number): void {
    const version = (this.#versions[key] ?? 0) + 1;
    this.#versions[key] = version;
    if (this.#readers.some(({ nearCache }) => nearCache.figures().entries > 0))
      this.removalsOfCopies++;
    const removal = { key, version, at: this.#clock.time, acknowledged: false };
    this.#removals.push(removal);
    // Some removals are of more than the key.
    const what = version % 3 === 0 ? 'a' : version % 3 === 1 ? `k${nameOf(key)}` : 'gk*';
    this.#publish(what, removal);
    if (this.#clock.time - this.#bornAt < BOUND_MS) return;
    const now = this.#clock.time;
    const names = this.#readers.flatMap(({ registeredAt }, at) =>
      now - registeredAt <= 2 * BOUND_MS ? [String(at)] : [],
    );
    this.#waitedFor.set(removal, new Set(names));
  }

  deliver(reader: Reader): void {
    if (reader.silent) return;
    const message = reader.inbox?.shift();
    if (message === undefined) return;
    reader.stream.onMessage(message.previous, message.next, message.what);
    const { ask } = message;
    if (ask !== undefined) this.#waitedFor.get(ask)?.delete(String(this.#readers.indexOf(reader)));
  }

  /** A probe is sent, and found the sequence that there is. */
  probe(reader: Reader): void {
    const probe = reader.stream.beginProbe();
    if (probe === undefined) return;
    if (this.#sequence === 0) {
      this.#bornAt = this.#clock.time;
      this.#publish('a', undefined);
    }
    reader.registeredAt = this.#clock.time;
    reader.probes.push({ probe, sequence: this.#sequence });
  }

  probed(reader: Reader): void {
    const found = reader.probes.shift();
    if (found !== undefined) reader.stream.completeProbe(found.probe, found.sequence);
  }

  /** A message is lost: the server cut the subscriber off and it has not noticed yet. */
  lose(reader: Reader): void {
    reader.inbox?.shift();
  }

  silence(reader: Reader): void {
    reader.silent = true;
  }

  subscribe(reader: Reader): void {
    reader.inbox = [];
    reader.silent = false;
    reader.stream.disconnected();
    reader.stream.subscribed();
  }

  /** The command connection was made anew; answers on the old one are lost. */
  reconnect(reader: Reader): void {
    reader.probes = [];
    reader.stream.reconnected();
  }

  /** The server forgets its bookreservation: FLUSHALL, an eviction. */
  forget(): void {
    this.#sequence = 0;
    this.#bornAt = Infinity;
  }

  #publish(what: string, ask: Removal | undefined): void {
    const previous = this.#sequence;
    if (previous === 0) this.#bornAt = this.#clock.time;
    // As the script: never the same twice, not even after the server has forgotten it.
    this.#sequence = Math.max(previous + 1, 1_000 * this.#clock.time + ++this.#micros);
    const message = { previous, next: this.#sequence, what, ask };
    for (const { inbox } of this.#readers) inbox?.push(message);
  }

  #settle(removal: Removal): void {
    const missing = this.#waitedFor.get(removal);
    const waited = this.#clock.time - removal.at > BOUND_MS;
    if (waited || missing?.size === 0) removal.acknowledged = true;
  }

  #reader(): Reader {
    // The near cache asks the stream, and the stream drops copies of the near cache.
    const parts: { stream?: InvalidationStream } = {};
    const freshness = {
      get freshUntil() {
        return parts.stream?.freshUntil ?? -Infinity;
      },
    };
    const nearCache = new NearCache({
      clock: this.#clock,
      maxEntries: 100,
      maxBytes: 1e6,
      parsed: true,
      freshness,
    });
    const stream = new InvalidationStream(nearCache, this.#clock, BOUND_MS);
    parts.stream = stream;
    return {
      stream,
      nearCache,
      inbox: undefined,
      silent: false,
      fetch: undefined,
      probes: [],
      registeredAt: -Infinity,
    };
  }
}

function nameOf(key: number): string {
  return `k${key}`;
}
