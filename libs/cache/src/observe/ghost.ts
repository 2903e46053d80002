/** Keys that are remembered after they were stored. */
export const MAX_GHOSTS = 4_096;
/** An entry that ended longer ago than this, in milliseconds, makes room first. */
const FORGET_MS = 3_600_000;

/** When a value was stored and ended, in milliseconds since 1970. */
export interface Fill {
  readonly filledAt: number;
  /** `0` without expiry. */
  readonly endsAt: number;
}

/** What a process has seen of the sampled keys since its last report. Keys go by their hash. */
export interface GhostReport {
  readonly fills: readonly (readonly [hash: number, fill: Fill])[];
  readonly misses: readonly number[];
  /** The share of all keys that the process sampled, 1 or a power of a half. */
  readonly share: number;
}

/** What was known of the misses, in their order, and the share to sample from now on. */
export interface GhostAnswer {
  readonly known: readonly (Fill | undefined)[];
  readonly share: number;
}

/** 32 well mixed bits of a key; the same in every process. FNV-1a with murmur3's final mix. */
export function hashOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < key.length; at++) {
    hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Whether a share of all keys includes one. Those of a smaller share are among those of a larger. */
export function isSampled(hash: number, share: number): boolean {
  return hash < share * 2 ** 32;
}

/**
 * When sampled keys were last stored, also after their values are gone: what a miss has to be
 * compared with to know its cause. When it is full, long ended entries are dropped, and then the
 * share of the keys that are sampled is halved.
 *
 * After Waldspurger et al., "Efficient MRC construction with SHARDS", FAST 2015.
 */
export class Ghost {
  readonly #fills = new Map<number, Fill>();
  #share = 1;

  constructor(private readonly most = MAX_GHOSTS) {}

  get size(): number {
    return this.#fills.size;
  }

  get share(): number {
    return this.#share;
  }

  /** When the key with this hash was last stored. */
  fillOf(hash: number): Fill | undefined {
    return this.#fills.get(hash);
  }

  /** Looks the misses up, then takes the fills. */
  exchange({ fills, misses, share }: GhostReport, now: number): GhostAnswer {
    this.#shrinkTo(Math.min(this.#share, share));
    const known = misses.map((hash) => this.#fills.get(hash));
    for (const [hash, fill] of fills) {
      if (!isSampled(hash, this.#share)) continue;
      this.#fills.set(hash, fill);
      if (this.#fills.size > this.most) this.#makeRoom(now);
    }
    return { known, share: this.#share };
  }

  #makeRoom(now: number): void {
    for (const [hash, { endsAt }] of this.#fills) {
      if (endsAt !== 0 && endsAt < now - FORGET_MS) this.#fills.delete(hash);
    }
    while (this.#fills.size > this.most) this.#shrinkTo(this.#share / 2);
  }

  #shrinkTo(share: number): void {
    if (share === this.#share) return;
    this.#share = share;
    for (const hash of this.#fills.keys()) if (!isSampled(hash, share)) this.#fills.delete(hash);
  }
}
