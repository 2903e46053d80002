import type {
  FleetBoard,
  FleetReading,
  JournalRow,
  ProcessReport,
  Recollection,
  ReportAnswer,
} from '../../observe/fleet-board.js';
import type { HistoryRange, Step } from '../../observe/history.js';
import {
  hashesOf,
  isCounter,
  isInHistory,
  slotsIn,
  slotsOf,
  STEPS,
} from '../../observe/history.js';
import type { Fill } from '../../observe/ghost.js';
import type { RedisConnection } from './connection/redis-connection.js';
import type { KeyLayout } from './key-layout.js';
import { asList, asNumber, asText } from './replies.js';
import { READ_BOARD, RECALL, REPORT } from './scripts/compiled-scripts.js';
import { GHOST_EPOCH_MS, GHOST_TTL_SPAN } from './stored-formats.js';

/** Milliseconds without an answer after which a call has failed. */
const WITHIN_MS = 500;

/** The board in Redis, under bookkeeping names. */
export class RedisBoard implements FleetBoard {
  /** By how much the server's clock is ahead of this process's, in milliseconds. */
  #aheadMs = 0;

  constructor(
    private readonly connection: RedisConnection,
    private readonly layout: KeyLayout,
  ) {}

  async report(report: ProcessReport): Promise<ReportAnswer> {
    const { layout } = this;
    const moved = [...report.moved].sort(
      ([a], [b]) => Number(isInHistory(b)) - Number(isInHistory(a)),
    );
    const { fills, misses, share } = report.ghost;
    const kept = moved.filter(([name]) => isInHistory(name)).length;
    const lengths = [moved.length, kept, report.entries.length, fills.length, misses.length];
    const keys = [
      ...[layout.board('fleet'), layout.board('snapshots'), layout.board('totals')],
      ...[...this.#slots('10s'), ...this.#slots('5m'), layout.board('names')],
      ...[layout.board('journal'), layout.board('ghost'), layout.board('state')],
    ];
    const args = [
      ...[report.id, report.snapshot],
      ...[String(report.known ?? -1), String(-Math.log2(share)), lengths.join(',')],
      ...moved.flatMap(([name, by]) => [name, String(by)]),
      ...report.entries,
      ...fills.flatMap(([hash, fill]) => [String(hash), scoreOf(fill)]),
      ...misses.map(String),
    ];
    const sentAt = Date.now();
    const reply = asList(await this.connection.run(REPORT, keys, args, WITHIN_MS, 'optional'));
    const [at, power, entries, ...rest] = reply;
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
    const keys = ['fleet', 'snapshots', 'totals', 'names'].map((name) => layout.board(name));
    for (const { step } of ranges) keys.push(...this.#slots(step));
    const args = slots.flatMap((each, at) => [...each, STEPS[ranges[at]?.step ?? '10s'].slots]);
    const reply = await this.connection.run(
      ...([READ_BOARD, keys, args.map(String), WITHIN_MS, 'always'] as const),
    );
    const [now, snapshots, totals, names, ...fields] = asList(reply);
    const known = hashesOf(textsOf(names));
    return {
      now: Number(asText(now)),
      snapshots: textsOf(snapshots),
      totals: new Map(pairsOf(totals).filter(isCounter)),
      history: ranges.map((range, at) => {
        const [live, packed] = [fields[2 * at], fields[2 * at + 1]];
        const counts = new Map(pairsOf(live));
        return slotsOf(range.step, slots[at] ?? [0, -1], counts, textsOf(packed), known);
      }),
    };
  }

  async size(): Promise<number> {
    // Each report takes those out that have ended.
    const command = ['ZCARD', this.layout.board('fleet')];
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

  #now(): number {
    return Math.round(Date.now() + this.#aheadMs);
  }

  /** The slot that is being filled, and the packed ones. */
  #slots(step: Step): string[] {
    return [`live:${step}`, `history:${step}`].map((name) => this.layout.board(name));
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

/** Names and counts in turn. */
function pairsOf(reply: unknown): [string, number][] {
  return rowsOf(asList(reply)).map(({ id, text }) => [id, Number(text)]);
}
