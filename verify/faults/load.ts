import { setTimeout as sleep } from 'node:timers/promises';
import { clockSince, type HistoryRecord } from '../support/history.js';
import { seededRandom, zipf, type Random } from '../support/seeded-random.js';
import { EVENT, readDetail } from './event.js';
import type { Fleet, Member } from './fleet.js';
import { HttpCalls } from './http-call.js';
import type { Answered } from './http-line.js';
import { PERIODS, type Slot, type Slots } from './slots.js';
import { isHit, stepFrom, versionIn } from './statistics-state.js';

const SKEW = 0.8;
const READ_TIMEOUT_MS = 10_000;
/** Longer than anything that the API itself waits for: a lost answer is then an answer that never comes. */
const WRITE_TIMEOUT_MS = 30_000;
/** Between two writes of a writer. */
const WRITE_PAUSE_MS = { least: 40, most: 200 };
/** A process that refuses connections is asked again after so long. */
const REFUSED_PAUSE_MS = 50;
/** Requests on their way to one process at the end. */
const LAST_LOOKS = 12;
/** A usuario whose write was lost is left alone: the next write would heal what this one broke. */
const REST_US = 3_000_000;

/** A request that failed. */
export interface Failure {
  readonly kind: 'read' | 'write';
  readonly process: number;
  readonly begin: number;
  readonly end: number;
  readonly cause: string;
}

export interface LoadSetup {
  readonly fleet: Fleet;
  readonly slots: Slots;
  readonly readers: number;
  readonly writers: number;
  readonly seed: number;
}

/** Readers and writers over HTTP, and the history of their answers. */
export class Load {
  readonly now = clockSince(process.hrtime.bigint());
  readonly #http = new HttpCalls();
  #records: HistoryRecord[] = [];
  #failures: Failure[] = [];
  /** Answers that hold no state of their usuario. */
  #wrong = 0;
  #acknowledged = 0;
  #token = '';
  #reading = false;
  #writing = false;
  #readLoops: Promise<void>[] = [];
  #writeLoops: Promise<void>[] = [];
  #generation = 0;

  constructor(private readonly setup: LoadSetup) {}

  /** Writes that have been acknowledged so far. */
  get acknowledged(): number {
    return this.#acknowledged;
  }

  async logIn(email: string, password: string): Promise<void> {
    const [member] = this.setup.fleet.members;
    if (member === undefined) throw new Error('there is no process');
    const { status, body } = await this.#call(member, 'POST', '/auth/login', { email, password });
    // The API answers with this when the status is 200, which is checked below.
    const token = (body as { access_token?: string } | undefined)?.access_token;
    if (status !== 200 || token === undefined) throw new Error(`the login answered ${status}`);
    this.#token = token;
  }

  /** Each reader keeps to one process: one that hangs must not block the readers of the others. */
  startReaders(): void {
    const { fleet } = this.setup;
    this.#reading = true;
    this.#generation += 1;
    this.#readLoops = Array.from({ length: this.setup.readers }, (_, n) =>
      this.#read(fleet.members[n % fleet.members.length], this.#random(n)),
    );
  }

  startWriters(): void {
    const { writers, slots } = this.setup;
    this.#writing = true;
    this.#writeLoops = Array.from({ length: writers }, (_, n) =>
      this.#write(
        slots.all.filter((_slot, at) => at % writers === n),
        this.#random(1_000 + n),
      ),
    );
  }

  /** Resolves when the last write has been answered, or is known to be lost. */
  async stopWriters(): Promise<void> {
    this.#writing = false;
    await Promise.all(this.#writeLoops);
  }

  async stopReaders(): Promise<void> {
    this.#reading = false;
    await Promise.all(this.#readLoops);
  }

  /**
   * The database has been put back: what it says now is true from now on. Call without writers.
   *
   * @param since when it was still down: readers may have found it before the caller did
   */
  async beginAnew(since: number): Promise<void> {
    const at = this.now();
    const { slots } = this.setup;
    for (const slot of slots.all) {
      const { usuario: row } = slot;
      const known = await slots.learn(slot);
      // Of a usuario that is gone no state exists.
      const version = known ? slot.version : -1;
      this.#records.push({ kind: EVENT.restored, row, version, begin: since, end: at, detail: 0 });
      if (!known) await slots.renew(slot);
    }
  }

  /** One read of every usuario and period from every process; how many do not show the last state. */
  async countStuck(): Promise<{ asked: number; stuck: number }> {
    const { fleet, slots } = this.setup;
    for (const slot of slots.all) await slots.learn(slot);
    const views = slots.all.flatMap((slot) => PERIODS.map((days) => ({ slot, days })));
    const stuck = await Promise.all(
      fleet.members.map((member) => this.#countStuckIn(member, views)),
    );
    return {
      asked: views.length * fleet.members.length,
      stuck: stuck.reduce((sum, count) => sum + count, 0),
    };
  }

  /** Hands over what has been recorded, and begins a new record. */
  take(): { records: HistoryRecord[]; failures: Failure[]; wrong: number } {
    const taken = { records: this.#records, failures: this.#failures, wrong: this.#wrong };
    this.#records = [];
    this.#failures = [];
    this.#wrong = 0;
    return taken;
  }

  /** Ends it at once; loops that are still under way may fail in whatever way. */
  close(): void {
    this.#reading = false;
    this.#writing = false;
    void Promise.allSettled([...this.#readLoops, ...this.#writeLoops]);
    this.#http.close();
  }

  /** A process that answers nothing any more is waited for once, and everything in it is stuck. */
  async #countStuckIn(
    member: Member,
    views: readonly { readonly slot: Slot; readonly days: number }[],
  ): Promise<number> {
    const left = [...views];
    let stuck = 0;
    const ask = async (): Promise<void> => {
      for (let view = left.pop(); view !== undefined; view = left.pop()) {
        const { slot, days } = view;
        const path = statisticsPath(slot.usuario, days);
        const { status, body } = await this.#call(member, 'GET', path);
        if (status === 200 && versionIn(body, slot.usuario, days) === slot.version) continue;
        stuck += 1;
        if (status === 0) stuck += left.splice(0).length;
      }
    };
    await Promise.all(Array.from({ length: LAST_LOOKS }, ask));
    return stuck;
  }

  async #read(member: Member | undefined, random: Random): Promise<void> {
    const { slots } = this.setup;
    const draw = zipf(slots.all.length, SKEW, random);
    while (this.#reading) {
      const slot = slots.all[draw()];
      const days = PERIODS[Math.floor(random() * PERIODS.length)];
      if (member === undefined || slot === undefined || days === undefined) continue;
      const { usuario } = slot;
      const begin = this.now();
      const { status, body, cause } = await this.#call(
        member,
        'GET',
        statisticsPath(usuario, days),
      );
      const end = this.now();
      const version = status === 200 ? versionIn(body, usuario, days) : undefined;
      if (version !== undefined) {
        const detail = readDetail(member.index, isHit(body));
        this.#records.push({ kind: EVENT.read, row: usuario, version, begin, end, detail });
      } else if (status === 200) {
        this.#wrong += 1;
      } else if (status !== 404 || this.#writing) {
        // While no writer runs, the database is being put back and may not know a usuario any more.
        this.#failures.push({ kind: 'read', process: member.index, begin, end, cause });
        await sleep(REFUSED_PAUSE_MS);
      }
    }
  }

  async #write(mine: readonly Slot[], random: Random): Promise<void> {
    const draw = zipf(mine.length, SKEW, random);
    const { least, most } = WRITE_PAUSE_MS;
    while (this.#writing) {
      const slot = mine[draw()];
      if (slot !== undefined && slot.restUntil <= this.now()) await this.#advance(slot, random);
      await sleep(least + (most - least) * random());
    }
  }

  /** One write, acknowledged or lost. */
  async #advance(slot: Slot, random: Random): Promise<void> {
    const { fleet, slots } = this.setup;
    if (slots.isUsedUp(slot)) await slots.renew(slot);
    const member = fleet.members[Math.floor(random() * fleet.members.length)];
    if (member?.running === undefined) return;
    const next = { row: slot.usuario, version: slot.version + 1 };
    const begin = this.now();
    const { status, body, cause } = await this.#step(member, slot);
    const end = this.now();
    if (status >= 200 && status < 300) {
      this.#records.push({ kind: EVENT.acknowledged, ...next, begin, end, detail: 0 });
      this.#acknowledged += 1;
      advance(slot, body);
      return;
    }
    this.#failures.push({ kind: 'write', process: member.index, begin, end, cause });
    await slots.learn(slot);
    const detail = slot.version === next.version ? 1 : 0;
    this.#records.push({ kind: EVENT.lost, ...next, begin, end: this.now(), detail });
    slot.restUntil = this.now() + REST_US;
  }

  #step(member: Member, slot: Slot): Promise<Answered> {
    const of = (id: number | undefined): string => `/tareas/${id ?? 0}`;
    switch (stepFrom(slot.version)) {
      case 'create':
        return this.#call(member, 'POST', '/tareas', {
          titulo: 'Ronda',
          tipo: 'patrullaje',
          prioridad: 3,
          inicio_programado: '2026-12-01T20:00:00Z',
          delegado_usuario_id: slot.usuario,
        });
      case 'start':
        return this.#call(member, 'PATCH', of(slot.open), { estado: 'en_curso' });
      case 'finish':
        return this.#call(member, 'PATCH', of(slot.open), { estado: 'finalizada' });
      case 'delete':
        return this.#call(member, 'DELETE', of(slot.pausadas[0]));
    }
  }

  #call(
    { url }: Member,
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    path: string,
    body?: unknown,
  ): Promise<Answered> {
    const timeoutMs = method === 'GET' ? READ_TIMEOUT_MS : WRITE_TIMEOUT_MS;
    return this.#http.call({ url, method, path, token: this.#token, body, timeoutMs });
  }

  #random(n: number): Random {
    return seededRandom(this.setup.seed + 7_919 * this.#generation + 104_729 * n);
  }
}

const statisticsPath = (usuario: number, days: number): string =>
  `/stats/user/${usuario}?days=${days}`;

/** What an acknowledged step did to the usuario. */
function advance(slot: Slot, body: unknown): void {
  switch (stepFrom(slot.version)) {
    case 'create':
      // The API answers a creation with the tarea.
      slot.open = (body as { id: number }).id;
      break;
    case 'finish':
      slot.open = undefined;
      break;
    case 'delete':
      slot.pausadas.shift();
      break;
    case 'start':
      break;
  }
  slot.version += 1;
}
