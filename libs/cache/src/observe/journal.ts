/** Kinds of entries. */
export const JOURNAL_KINDS = [
  'removal',
  'refused_fill',
  'unreadable',
  'oversized',
  'load_failure',
  'takeover',
  'store',
  'proof',
  'relay',
  'flush',
  'doctor',
  'warming',
] as const;

/** See {@link JOURNAL_KINDS}. */
export type JournalKind = (typeof JOURNAL_KINDS)[number];

/** What made a removal necessary. */
export const REMOVAL_CAUSES = ['event', 'admin', 'code', 'relay', 'clear'] as const;

/** See {@link REMOVAL_CAUSES}. */
export type RemovalCause = (typeof REMOVAL_CAUSES)[number];

/**
 * Why a removal is made, for the journal. All texts are the caller's; give names and ids, never
 * values of the cache, passwords or tokens.
 */
export interface Because {
  /** `event`: a write; `admin`: a person; `code`: the application. */
  readonly kind: 'event' | 'admin' | 'code';
  /** Name of the event. Default: none. */
  readonly event?: string | undefined;
  /** Position of the event in the log. Default: none. */
  readonly position?: string | undefined;
  /** Who: an id. Default: unknown. */
  readonly by?: string | number | undefined;
  /** Id of the request. Default: unknown. */
  readonly request?: string | undefined;
}

/** One entry. It has keys and patterns, never values. */
export interface JournalEntry {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly kind: JournalKind;
  /** Of a removal. */
  readonly cause?: RemovalCause | undefined;
  /** A key, or the pattern of a removal; of several keys the first. Else what the entry is about. */
  readonly subject?: string | undefined;
  /** Keys that a removal removed, or a run of warming loaded. */
  readonly count?: number | undefined;
  /** For how long a removal waited until the store had confirmed it, in milliseconds. */
  readonly ms?: number | undefined;
  /** What happened, in a word or two: `open`, `lost`, `invalidated`, the name of an error. */
  readonly what?: string | undefined;
  readonly because?: Because | undefined;
}

const MAX_A_SECOND = 50;
const LONGEST_TEXT = 128;

/**
 * What happened in this process since its last report, at most 50 entries; what is beyond is
 * counted.
 */
export class Journal {
  #entries: JournalEntry[] = [];
  #omitted = 0;

  /** Whether an entry would be kept; the caller need not make one otherwise. */
  write(entry: JournalEntry): boolean {
    if (this.#entries.length >= MAX_A_SECOND) {
      this.#omitted++;
      return false;
    }
    const { because } = entry;
    this.#entries.push(because === undefined ? entry : { ...entry, because: clipped(because) });
    return true;
  }

  /** The entries since the last call. */
  get entries(): readonly JournalEntry[] {
    return this.#entries;
  }

  /** The entries since the last call, and how many were left out. */
  take(): { readonly entries: readonly JournalEntry[]; readonly omitted: number } {
    const taken = { entries: this.#entries, omitted: this.#omitted };
    this.#entries = [];
    this.#omitted = 0;
    return taken;
  }
}

/** The known fields, each at most 128 characters: callers that no type checks may give anything. */
function clipped({ kind, event, position, by, request }: Because): Because {
  const clip = (text: string | number | undefined): string | undefined =>
    text === undefined ? undefined : String(text).slice(0, LONGEST_TEXT);
  return {
    kind,
    event: clip(event),
    position: clip(position),
    by: clip(by),
    request: clip(request),
  };
}
