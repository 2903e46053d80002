import type {
  FleetBoard,
  FleetReading,
  JournalRow,
  Moved,
  ProcessReport,
  Recollection,
  ReportAnswer,
} from '../../observe/fleet-board.js';
import type { Counts } from '../../observe/counts.js';
import { CountSums, pairsOf, textOf } from '../../observe/counts.js';
import { PROCESS_LIFE_MS } from '../../observe/fleet-board.js';
import type { HistoryRange, NumberedSlot, Step } from '../../observe/history.js';
import { hashesOf, slotsIn, slotsOf, STEPS } from '../../observe/history.js';
import type { Fill } from '../../observe/ghost.js';
import type { RedisConnection } from './connection/redis-connection.js';
import type { KeyLayout } from './key-layout.js';
import { asList, asNumber, asText } from './replies.js';
import { READ_BOARD, RECALL, REPORT } from './scripts/compiled-scripts.js';
import { GHOST_EPOCH_MS, GHOST_TTL_SPAN } from './stored-formats.js';

/** Milliseconds without an answer after which a call has failed. */
const WITHIN_MS = 500;

/** No slot has this number. */
const NO_SLOT = -1;

/** The board in Redis, under bookkeeping names. */
export class RedisBoard implements FleetBoard {
  /** By how much the server's clock is ahead of this process's, in milliseconds. */
  #aheadMs = 0;
  /** Reports that begin a field. */
  #serial = 0;
  #counted = this.#begin(NO_SLOT);

  constructor(
    private readonly connection: RedisConnection,
    private readonly layout: KeyLayout,
  ) {}

  async report(report: ProcessReport): Promise<ReportAnswer> {
    const { layout } = this;
    const { fills, misses, share } = report.ghost;
    const { moved, entries: written } = report;
    const counted = this.#counted;
    addTo(counted.sums, moved);
    const keys = [
      ...[layout.board('fleet'), layout.board('snapshots')],
      ...[...this.#slots('10s'), ...this.#slots('5m'), layout.board('sums'), layout.board('names')],
      ...[layout.board('journal'), layout.board('ghost'), layout.board('state')],
    ];
    const args = [
      report.id,
      ...[String(report.known ?? -1), String(-Math.log2(share))],
      ...[[written.length, fills.length, misses.length].join(','), String(counted.slot)],
      `${report.id}:${counted.serial}`,
      ...(moved.length === 0 ? ['', ''] : [textOf(moved), textOf(named(counted.sums.byName))]),
      ...written,
      ...fills.flatMap(([hash, fill]) => [scoreOf(fill), String(hash)]),
      ...misses.map(String),
    ];
    // What has not arrived for sure is not counted on.
    this.#counted = this.#begin(NO_SLOT);
    const sentAt = Date.now();
    const command = ['HSET', layout.board('snapshots'), report.id, report.snapshot];
    const shown = this.connection.sendForBytes(command, WITHIN_MS, 'optional');
    // The next snapshot is a second later, and the last one says how old it is.
    shown.catch(() => undefined);
    const reply = asList(await this.connection.run(REPORT, keys, args, WITHIN_MS, 'optional'));
    const [at, slot, anew, power, entries, ...rest] = reply;
    this.#counted =
      anew === 0
        ? counted
        : { ...counted, slot: asNumber(slot), sums: addTo(new CountSums(), moved) };
    // The script ran at some time of the round trip.
    this.#aheadMs = Number(asText(at)) - (sentAt + Date.now()) / 2;
    return {
      now: Number(asText(at)),
      ghost: {
        known: rest.slice(0, misses.length).map(fillOf),
        share: 2 ** -asNumber(power),
      },
      entries: asNumber(entries),
      news: rowsOf(rest.slice(misses.length)),
    };
  }

  async read(ranges: readonly HistoryRange[]): Promise<FleetReading> {
    const { layout } = this;
    const slots = ranges.map((range) => slotsIn(range, this.#now()));
    const keys = [
      ...['fleet', 'snapshots', 'sums', 'filling:10s', 'filling:5m', 'names'],
      ...ranges.map(({ step }) => `history:${step}`),
    ].map((name) => layout.board(name));
    const args = slots.flatMap((each, at) => [...each, STEPS[ranges[at]?.step ?? '10s'].slots]);
    const reply = await this.connection.run(
      ...([READ_BOARD, keys, args.map(String), WITHIN_MS, 'always'] as const),
    );
    const [now, snapshots, ended, short, long = [], names = [], ...packed] = asList(reply);
    const known = hashesOf(textsOf(names));
    const present = shortSlotOf(short);
    const lately: NumberedSlot = [numberOf(long), storedSums(long).byName];
    const totals = storedSums(ended);
    addTo(totals, named(present[1]));
    return {
      now: Number(asText(now)),
      snapshots: textsOf(snapshots),
      totals: totals.byName,
      history: ranges.map(({ step }, at) => {
        const filling = step === '10s' ? [present] : [lately, longOf(present)];
        return slotsOf(step, slots[at] ?? [0, -1], filling, textsOf(packed[at]), known);
      }),
    };
  }

  async size(): Promise<number> {
    const since = String(this.#now() - PROCESS_LIFE_MS);
    const command = ['ZCOUNT', this.layout.board('fleet'), since, '+inf'];
    return asNumber(await this.connection.send(command, WITHIN_MS, 'always'));
  }

  async journal(before: string | undefined, limit: number): Promise<JournalRow[]> {
    const end = before === undefined ? '+' : `(${before}`;
    const name = this.layout.board('journal');
    const command = ['XREVRANGE', name, end, '-', 'COUNT', String(limit)];
    const reply = await this.connection.send(command, WITHIN_MS, 'always');
    return rowsOf(
      asList(reply).flatMap((entry) => {
        const [id, fields] = asList(entry);
        return [id, asList(fields)[1]];
      }),
    );
  }

  async recall(hash: number, limit: number): Promise<Recollection> {
    const keys = ['journal', 'ghost', 'state'].map((name) => this.layout.board(name));
    const args = [String(hash), String(limit)];
    const reply = asList(await this.connection.run(RECALL, keys, args, WITHIN_MS, 'always'));
    const [score, power, begun, ...entries] = reply;
    return {
      fill: score === '' ? undefined : fillOf(score),
      share: 2 ** -Number(asText(power)),
      begunAt: begun === '' ? undefined : Number(asText(begun)),
      rows: rowsOf(entries),
    };
  }

  /** Nothing counted yet; in a field of its own, which no report that may still arrive has. */
  #begin(slot: number): {
    readonly slot: number;
    readonly serial: number;
    readonly sums: CountSums;
  } {
    return { slot, serial: this.#serial++, sums: new CountSums() };
  }

  #now(): number {
    return Math.round(Date.now() + this.#aheadMs);
  }

  /** The slot that is being filled, and the packed ones. */
  #slots(step: Step): string[] {
    return [`filling:${step}`, `history:${step}`].map((name) => this.layout.board(name));
  }
}

/** The time rounded up and the lifetime down, so that a removal before the fill precedes it. */
function scoreOf({ filledAt, endsAt }: Fill): string {
  const at = Math.ceil((filledAt - GHOST_EPOCH_MS) / 100);
  // What is longer than 58 hours is kept as what never ends.
  const tenths = endsAt === 0 ? 0 : Math.max(1, Math.floor((endsAt - filledAt) / 100) - 1);
  return String(at * GHOST_TTL_SPAN + (tenths < GHOST_TTL_SPAN ? tenths : 0));
}

function fillOf(score: unknown): Fill | undefined {
  const text = asText(score);
  if (text === undefined) return undefined;
  const tenths = Number(text) % GHOST_TTL_SPAN;
  const filledAt = ((Number(text) - tenths) / GHOST_TTL_SPAN) * 100 + GHOST_EPOCH_MS;
  return { filledAt, endsAt: tenths === 0 ? 0 : filledAt + tenths * 100 };
}

function rowsOf(reply: readonly unknown[]): JournalRow[] {
  const rows: JournalRow[] = [];
  for (let at = 0; at + 1 < reply.length; at += 2) {
    rows.push({ id: asText(reply[at]) ?? '', text: asText(reply[at + 1]) ?? '' });
  }
  return rows;
}

function textsOf(reply: unknown): string[] {
  return asList(reply)
    .map(asText)
    .filter((text) => text !== undefined);
}

const named = (counts: Counts): Moved =>
  [...counts].map(([name, values]) => [name, pairsOf(values)]);

function addTo(sums: CountSums, moved: Moved): CountSums {
  for (const [name, by] of moved) sums.add(name, by);
  return sums;
}

/** Namespaces and their counts in turn. */
function storedSums(reply: unknown): CountSums {
  const sums = new CountSums();
  for (const { id: name, text } of rowsOf(asList(reply))) if (name !== '') sums.addText(name, text);
  return sums;
}

/** What each process counted in a slot of 10 seconds. */
function shortSlotOf(reply: unknown): NumberedSlot {
  const sums = new CountSums();
  for (const { id: field, text } of rowsOf(asList(reply))) if (field !== '') sums.addTexts(text);
  return [numberOf(reply), sums.byName];
}

/** The slot of 5 minutes that one of 10 seconds belongs to. */
function longOf([number, counts]: NumberedSlot): NumberedSlot {
  return [Math.floor((number * STEPS['10s'].slotMs) / STEPS['5m'].slotMs), counts];
}

function numberOf(reply: unknown): number {
  return Number(rowsOf(asList(reply)).find(({ id }) => id === '')?.text);
}
