import type { WriteStream } from 'node:fs';
import { createReadStream, createWriteStream } from 'node:fs';
import { once } from 'node:events';

/*
 * A history is a file of records of six 64-bit floats: kind, row, version, begin, end, detail.
 * Times are microseconds on CLOCK_MONOTONIC, which all processes of a machine share.
 */

/** The kinds of a record; the number is what the file holds. */
export const RECORD = {
  /** detail: which of the process's readers it was; each is one session. */
  read: 1,
  /** A loader's run; `version` is what it found. */
  load: 2,
  /** One row of a write; begin and end are those of the invalidation. detail: see WRITE. */
  write: 3,
  /** A read that threw. */
  failure: 4,
  /** An attempt at an invalidation that threw, and was repeated. */
  retry: 5,
  /** A read that yielded a value of another row, or no state at all. */
  wrong: 6,
} as const;

/** How a write was invalidated; the rows of one write after its first have `REST` added. */
export const WRITE = { key: 0, pattern: 1, clear: 2 } as const;
export const REST = 16;

export interface HistoryRecord {
  readonly kind: number;
  readonly row: number;
  readonly version: number;
  readonly begin: number;
  readonly end: number;
  readonly detail: number;
}

const FIELDS = 6;
const RECORD_BYTES = FIELDS * Float64Array.BYTES_PER_ELEMENT;
const RECORDS_PER_CHUNK = 8_192;

/** Microseconds since `origin`, a `process.hrtime.bigint()` of any process of this machine. */
export function clockSince(origin: bigint): () => number {
  return () => Number(process.hrtime.bigint() - origin) / 1_000;
}

/** Writes a history in chunks, so that recording costs the workload next to nothing. */
export class HistoryWriter {
  readonly #file: WriteStream;
  #chunk = new Float64Array(FIELDS * RECORDS_PER_CHUNK);
  #used = 0;

  constructor(path: string) {
    this.#file = createWriteStream(path);
  }

  add(
    kind: number,
    row: number,
    version: number,
    begin: number,
    end: number,
    detail: number,
  ): void {
    this.#chunk.set([kind, row, version, begin, end, detail], this.#used);
    this.#used += FIELDS;
    if (this.#used === this.#chunk.length) this.#flush();
  }

  async close(): Promise<void> {
    this.#flush();
    this.#file.end();
    await once(this.#file, 'finish');
  }

  #flush(): void {
    this.#file.write(Buffer.from(this.#chunk.buffer, 0, this.#used * 8));
    this.#chunk = new Float64Array(FIELDS * RECORDS_PER_CHUNK);
    this.#used = 0;
  }
}

/** The records of a history file, in the order in which they were made. */
export async function* readHistory(path: string): AsyncGenerator<HistoryRecord, void, undefined> {
  let rest = Buffer.alloc(0);
  for await (const data of createReadStream(path, { highWaterMark: 1 << 20 })) {
    // A stream without encoding yields buffers.
    const bytes = Buffer.concat([rest, data as Buffer]);
    const whole = bytes.length - (bytes.length % RECORD_BYTES);
    for (let at = 0; at < whole; at += RECORD_BYTES) {
      const field = (index: number): number => bytes.readDoubleLE(at + 8 * index);
      yield {
        kind: field(0),
        row: field(1),
        version: field(2),
        begin: field(3),
        end: field(4),
        detail: field(5),
      };
    }
    rest = bytes.subarray(whole);
  }
  if (rest.length > 0) throw new Error(`${path} ends in the middle of a record`);
}
