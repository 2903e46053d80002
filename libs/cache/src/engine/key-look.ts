import { decodeEnvelope } from '../values/envelope.js';
import type { KeyContent } from '../store/cache-store.js';
import type { CacheEngine } from './cache-engine.js';

/**
 * What is at a key. `present`: a value; `stale`: one past its ttl, kept for readers that accept it;
 * `leased`: none, and a caller is loading it; `unreadable`: a text that is no value; `foreign`: what
 * another program or version wrote.
 */
export type KeyState = 'present' | 'absent' | 'leased' | 'stale' | 'unreadable' | 'foreign';

/**
 * Why this process would not serve a key now: nothing is there to serve, or the store may not be
 * believed. `no_proof`: it is not proved fresh; `pending_removal`: a removal is not confirmed;
 * `circuit_open`, `store_unavailable`: it does not answer.
 */
export type NotServed =
  | Exclude<KeyState, 'present'>
  | 'no_proof'
  | 'pending_removal'
  | 'circuit_open'
  | 'store_unavailable';

/** What is known of one key at present. */
export interface KeyLook {
  readonly key: string;
  readonly state: KeyState;
  /** Of a value, readable or not; `undefined` without one. */
  readonly entry:
    | {
        /** Milliseconds for which it is fresh yet; `null` without expiry. */
        readonly ttlMs: number | null;
        /** Milliseconds for which it is kept after that. */
        readonly staleMs: number;
        /** Of the stored text; -1 for something that is no text. */
        readonly bytes: number;
        /** `json`, or serializer and compression as they are stored. */
        readonly codec: string;
      }
    | undefined;
  /** See {@link KeyContent.lease}. */
  readonly lease: KeyContent['lease'];
  /** See {@link KeyContent.indexed}. */
  readonly indexed: boolean | undefined;
  /** See {@link KeyContent.evictions}. */
  readonly evictions: number | undefined;
}

/** Reads what is at a key. @throws CacheUnavailableError */
export async function lookAt({ store, codec }: CacheEngine, key: string): Promise<KeyLook> {
  const found = await (store.look?.(key) ?? described(store, key));
  const { text, bytes, ttlMs, lease, indexed, evictions } = found;
  const known = { key, lease, indexed, evictions };
  if (text === undefined && bytes >= 0) {
    return { ...known, state: lease === undefined ? 'absent' : 'leased', entry: undefined };
  }
  const envelope = text === undefined ? undefined : decodeEnvelope(text);
  const { staleMs = 0, codec: name = '' } = typeof envelope === 'object' ? envelope : {};
  const freshMs = ttlMs === null ? null : ttlMs - staleMs;
  const entry = {
    ttlMs: freshMs === null ? null : Math.max(0, freshMs),
    ...{ staleMs, bytes, codec: name === '' ? 'json' : name },
  };
  if (text === undefined) return { ...known, state: 'foreign', entry };
  // Of a long text only the beginning is here.
  const isWhole = Buffer.byteLength(text) === bytes;
  const opened = isWhole ? await codec.decode(text) : envelope;
  if (opened === 'corrupt') return { ...known, state: 'unreadable', entry };
  if (opened === 'foreign') return { ...known, state: 'foreign', entry };
  return { ...known, state: freshMs !== null && freshMs <= 0 ? 'stale' : 'present', entry };
}

/** Of a store that offers no more. */
async function described(store: CacheEngine['store'], key: string): Promise<KeyContent> {
  const found = await store.describe(key);
  const { text, bytes = 0, ttlMs = null } = found ?? {};
  return { text, bytes, ttlMs, lease: undefined, indexed: undefined, evictions: undefined };
}

/** Why this process would not serve a value from the store now; `undefined` if it would. */
export function distrustOf(engine: CacheEngine): NotServed | undefined {
  const { store, freshness } = engine;
  if (!store.connected) return 'store_unavailable';
  if ((store.circuit ?? 'closed') === 'open') return 'circuit_open';
  if (engine.state().pending_removals > 0) return 'pending_removal';
  return freshness?.consistency === 'strict' && !freshness.fresh ? 'no_proof' : undefined;
}
