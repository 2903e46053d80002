import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { AppConfig } from '../../config/app-config.js';
import type { PublishedEvent } from '../../events/domain-events.js';
import { Outbox } from '../../events/outbox/outbox.js';
import { OnDomainEvent } from '../../events/on-domain-event.decorator.js';
import type { AccessTokenClaims } from '../tokens/access-token-claims.js';
import { PRINCIPAL_VIEW } from './principal.cache.js';

/** A process that has not read the outbox for so long admits no caller by the cache; milliseconds. */
const PROOF_MS = 1_000;
/** Between two looks: when an append was noticed, and when none was; in milliseconds. */
const LOOK_AGAIN_MS = 50;
const LOOK_EVERY_MS = 250;
/** The same while no caller is admitted: late by one look, the proof still holds. */
const IDLE_LOOK_EVERY_MS = 450;
/** Cached principals live no longer, so events of so long ago concern none. */
const KEEP_MS = PRINCIPAL_VIEW.ttl * 1_000;
const MOST_KEPT = 20_000;

/** What the outbox held between two moments: positions, by sesion or `usuario:` and id. */
interface Chapter {
  /** Position from which on it is complete. */
  readonly from: string;
  readonly begunAt: number;
  readonly revoked: Map<string, string>;
}

/**
 * What this process has read in the outbox about usuarios and sesiones. A cached principal that was
 * read from the database before such an event is refused, wherever it comes from: an old entry that
 * is put back into the store opens nothing once the outbox was read, which follows the commit by
 * milliseconds and by `PROOF_MS` at most. The store is not asked, so it cannot lie about this.
 *
 * The in-process store needs none of this: no other program can write to it.
 */
@Injectable()
export class Revocations implements OnModuleInit, OnApplicationShutdown {
  readonly #needed: boolean;
  #chapters: readonly Chapter[] = [];
  #covering = new Set<string>();
  #cursor: string | undefined;
  #readAt = -Infinity;
  #lookedAt = -Infinity;
  #woken = false;
  /** Whether a caller was looked up since the last look. */
  #asked = true;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #stopped = false;

  constructor(
    config: AppConfig,
    private readonly log: Outbox,
  ) {
    this.#needed = config.redis !== undefined && config.cache.consistency === 'strict';
  }

  onModuleInit(): void {
    if (!this.#needed) return;
    this.log.onAppend(() => this.#wake());
    this.#look();
  }

  async onApplicationShutdown(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#looking;
  }

  /** Whether this process knows the outbox as it was a moment ago. */
  get upToDate(): boolean {
    this.#asked = true;
    return !this.#needed || performance.now() - this.#readAt < PROOF_MS;
  }

  /** Whether nothing is known that happened to the caller after `position` was read. */
  allows(of: AccessTokenClaims, position: string): boolean {
    if (!this.#needed) return true;
    if (!this.upToDate || !this.#reachesBackTo(position)) return false;
    const usuario = usuarioSubject(of.usuarioId);
    return this.#chapters.every(({ revoked }) =>
      [revoked.get(of.sesionId), revoked.get(usuario)].every(
        (event) => event === undefined || this.log.covers(position, event),
      ),
    );
  }

  /** What this process itself has written is known at once. */
  @OnDomainEvent('**')
  onEvent(event: PublishedEvent): void {
    this.#note(event, event.written.position);
  }

  /** Something was appended: many in a row cost the database one look. */
  #wake(): void {
    this.#woken = true;
    if (this.#looking === undefined) this.#schedule();
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    if (this.#stopped) return;
    const calm = this.#asked ? LOOK_EVERY_MS : IDLE_LOOK_EVERY_MS;
    const every = this.#woken ? LOOK_AGAIN_MS : calm;
    const dueMs = this.#lookedAt + every - performance.now();
    this.#timer = setTimeout(() => this.#look(), Math.max(0, dueMs)).unref();
  }

  #look(): void {
    this.#woken = false;
    this.#lookedAt = performance.now();
    this.#looking = this.#read().finally(() => {
      this.#looking = undefined;
      this.#schedule();
      this.#asked = false;
    });
  }

  async #read(): Promise<void> {
    const sentAt = performance.now();
    try {
      const { cursor, events } = await this.log.read(this.#cursor);
      if (events === undefined) this.#startAfresh(cursor, sentAt);
      else for (const event of events) this.#note(event, cursor);
      this.#turnChapter(cursor, sentAt);
      this.#cursor = cursor;
      this.#readAt = sentAt;
    } catch {
      // The relay says that the outbox cannot be read; meanwhile the database decides.
    }
  }

  /** Of other versions of this program there may be events of any shape. */
  #note({ data }: { readonly data: unknown }, position: string): void {
    if (!isAboutUsuario(data)) return;
    if (data.usuarioId === null) return this.#startAfresh(position, performance.now());
    const subject = data.sesionId ?? usuarioSubject(data.usuarioId);
    this.#chapters.at(-1)?.revoked.set(subject, position);
  }

  #startAfresh(from: string, begunAt: number): void {
    this.#covering.clear();
    this.#chapters = [{ from, begunAt, revoked: new Map() }];
  }

  /** Keeps this chapter and the one before it, which together reach back beyond every entry. */
  #turnChapter(from: string, now: number): void {
    const last = this.#chapters.at(-1);
    if (last === undefined) return;
    if (now - last.begunAt < KEEP_MS && last.revoked.size < MOST_KEPT) return;
    this.#covering.clear();
    this.#chapters = [last, { from, begunAt: now, revoked: new Map() }];
  }

  #reachesBackTo(position: string): boolean {
    const [first] = this.#chapters;
    if (first === undefined) return false;
    if (this.#covering.has(position)) return true;
    if (!this.log.covers(position, first.from)) return false;
    if (this.#covering.size >= MOST_KEPT) this.#covering.clear();
    this.#covering.add(position);
    return true;
  }
}

const usuarioSubject = (usuarioId: number): string => `usuario:${usuarioId}`;

/** What the events of usuarios and sesiones have in common. */
function isAboutUsuario(
  data: unknown,
): data is { readonly usuarioId: number | null; readonly sesionId?: string } {
  return typeof data === 'object' && data !== null && 'usuarioId' in data;
}
