import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { randomNumbers } from '../../src/seed/random.js';
import type { Outbox } from '../../src/events/outbox/outbox.js';
import { outboxAppender, pg as viaPg } from '@gad/cache-postgres';
import { OUTBOX_NAMES } from '../../src/events/outbox/outbox-names.js';

const append = outboxAppender({ via: viaPg, names: OUTBOX_NAMES });

/** As often as a relay polls without a notification. */
const POLL_MS = 100;
const MOST_IDLE_POLLS = 10;

export interface LogLoad {
  readonly url: string;
  /** The reader under test. */
  readonly log: Outbox;
  readonly writers: number;
  readonly events: number;
  /** How long another client's transaction stays open in the middle. */
  readonly foreignMs: number;
  /** Events per transaction. Default 1. */
  readonly batch?: number;
  /** Called about once a second. */
  readonly progress?: (appended: number) => void;
}

export interface LogLoadResult {
  readonly appended: number;
  readonly lost: number;
  readonly repeated: number;
  /** From the end of each commit to the read that found it, in milliseconds, sorted. */
  readonly latencies: number[];
}

/**
 * Writers append numbered events in transactions that they hold open for 0 to 5 ms, so that these
 * end in another order than they began in; one reader follows by cursor, woken as a relay is.
 */
export async function runLogLoad(load: LogLoad): Promise<LogLoadResult> {
  const { log, events, writers, batch = 1 } = load;
  const committedAt = new Float64Array(events + 1);
  const seen = new Uint8Array(events + 1);
  const latencies: number[] = [];
  let next = 0;
  let appended = 0;
  let read = 0;
  let repeated = 0;
  let wake: () => void = () => undefined;
  log.onAppend(() => wake());
  let { cursor } = await log.read(undefined);

  const write = async (seed: number): Promise<void> => {
    const random = randomNumbers(seed);
    const client = new pg.Client(load.url);
    await client.connect();
    while (next < events) {
      const numbers: number[] = [];
      while (numbers.length < batch && next < events) numbers.push((next += 1));
      const entries = numbers.map((tareaId) => ({ name: 'tarea.created', data: { tareaId } }));
      await client.query('begin');
      await append(client, entries);
      if (random() < 0.2) await sleep(random() * 5);
      await client.query('commit');
      log.appended();
      const now = performance.now();
      for (const number of numbers) committedAt[number] = now;
      appended += numbers.length;
    }
    await client.end();
  };

  const follow = async (): Promise<void> => {
    let idle = 0;
    while (read < events && idle < MOST_IDLE_POLLS) {
      const reading = await log.read(cursor);
      if (reading.events === undefined) throw new Error('the log does not know its own cursor');
      ({ cursor } = reading);
      const now = performance.now();
      for (const { data } of reading.events) {
        const number = 'tareaId' in data ? data.tareaId : 0;
        if (seen[number] === 1) repeated += 1;
        else read += 1;
        seen[number] = 1;
        // Not yet known to be committed: the reading was faster than the answer to the writer.
        latencies.push(committedAt[number] === 0 ? 0 : now - (committedAt[number] ?? now));
      }
      idle = appended === events && reading.events.length === 0 ? idle + 1 : 0;
      if (reading.events.length === 0) {
        await Promise.race([sleep(POLL_MS), new Promise<void>((resolve) => (wake = resolve))]);
      }
    }
  };

  const strangers = async (): Promise<void> => {
    const client = new pg.Client(load.url);
    await client.connect();
    while (appended < events / 4) await sleep(1);
    await client.query('begin; select pg_current_xact_id()');
    await sleep(load.foreignMs);
    await client.query('rollback');
    await client.end();
  };

  const ticking = setInterval(() => load.progress?.(appended), 1_000);
  await Promise.all([
    follow(),
    strangers(),
    ...Array.from({ length: writers }, (_, writer) => write(writer + 1)),
  ]);
  clearInterval(ticking);
  latencies.sort((a, b) => a - b);
  return { appended, lost: events - read, repeated, latencies };
}
