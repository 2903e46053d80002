import type { Mutation } from './mutation.js';

/** Guards of the proof of freshness: the relay, the beat, the validity, and writers that wait. */
export const FRESHNESS_MUTATIONS: readonly Mutation[] = [
  {
    name: 'validity: never runs out',
    suite: 'outbox/freshness-lease',
    edits: [['this.clock.now() < this.#coveredAt + this.leaseMs &&', 'this.#coveredAt > 0 &&']],
  },
  {
    name: 'validity: outlives its connection',
    suite: 'outbox/freshness-lease',
    edits: [
      [
        'this.leaseMs &&\n      this.#generation === this.store.generation',
        'this.leaseMs &&\n      this.#generation > 0',
      ],
    ],
  },
  {
    name: 'validity: reads are sent without proof',
    suite: 'outbox/freshness-lease',
    edits: [
      [
        'return this.pending.size === 0 && clean && this.proved;',
        'return this.pending.size === 0 && clean;',
      ],
    ],
  },
  {
    name: 'validity: a hit is not judged when it is used',
    suite: 'outbox/freshness-lease',
    edits: [
      [
        "if (text === undefined) return 'miss';\n    if (!this.parts.reads.proved) return 'unavailable';",
        "if (text === undefined) return 'miss';",
      ],
    ],
  },
  {
    name: 'heartbeat: proves as of the observation that saw it',
    suite: 'outbox/freshness-lease',
    edits: [['lease.renew(before.sentAt - relayStore', 'lease.renew(sentAt - relayStore']],
  },
  {
    name: 'heartbeat: the longest round is not counted',
    suite: 'outbox/freshness-lease',
    edits: [['before.sentAt - relayStore.longestRoundMs', 'before.sentAt']],
  },
  {
    name: 'heartbeat: the first one on a connection counts',
    suite: 'outbox/freshness-lease',
    edits: [['before?.generation !== generation ||', 'before === undefined ||']],
    equivalent: 'the log’s end after connecting is not known before the next observation either',
  },
  {
    name: 'heartbeat: need not include the log’s end after connecting',
    suite: 'outbox/freshness-lease',
    edits: [['if (!this.#isCaughtUp(seen)) return;', '']],
  },
  {
    name: 'heartbeat: another database’s log end is never asked for anew',
    suite: 'outbox/freshness-lease',
    edits: [['if (++this.#behind >= HEARTBEATS_TO_CATCH_UP) this.#require(generation);', '']],
  },
  {
    name: 'relay: a follower asks for the lead beside a leader that is alive',
    suite: 'outbox/relay',
    edits: [
      [
        'monitor.heartbeatAgeMs < QUIET_MS) return followMs;',
        'monitor.heartbeatAgeMs < 0) return followMs;',
      ],
    ],
  },
  {
    name: 'relay: moves the cursor without removing',
    suite: 'outbox/relay',
    edits: [['await applyInvalidations(store, invalidations, () => relayStore.beginRound());', '']],
  },
  {
    name: 'relay: an unknown cursor is taken for the end',
    suite: 'outbox/relay',
    edits: [['await remove(ALL_KEYS, undefined);\n    return;', 'return;']],
  },
  {
    name: 'relay: a long round proves freshness',
    suite: 'outbox/relay',
    edits: [["if (end === 'slow') return SHORTEST_PAUSE_MS;", '']],
  },
  {
    name: 'writer: does not wait when the store did not confirm',
    suite: 'outbox/acknowledged-writes',
    edits: [
      ['const applied = await freshness.waitUntilApplied(written);', 'const applied = false;'],
    ],
  },
  {
    name: 'writer: waits less than the longest validity',
    suite: 'outbox/acknowledged-writes',
    edits: [
      [
        'return this.#waiters.waitFor(position, committedAt + this.#lease.leaseMs + MARGIN_MS);',
        'return this.#waiters.waitFor(position, committedAt + this.#lease.leaseMs / 2);',
      ],
    ],
  },
  {
    name: 'writer: any cursor is taken to include it',
    suite: 'outbox/acknowledged-writes',
    edits: [['if (this.log.includes(cursor, position)) reached();', 'reached();']],
  },
  {
    name: 'writer: forgets the processes that are left on the former server',
    suite: 'outbox/acknowledged-writes',
    edits: [
      [
        'relayStore.shared ? this.#monitor.primarySince : committedAt',
        'relayStore.shared ? -Infinity : committedAt',
      ],
    ],
  },
  {
    name: 'writer: takes what another connection reported of its server',
    suite: 'outbox/acknowledged-writes',
    edits: [
      [
        'primary?.generation === this.#parts.relayStore.generation ? primary.since : Infinity',
        'primary?.since ?? Infinity',
      ],
    ],
  },
  {
    name: 'server: an age that came with a dump or from a primary counts',
    suite: 'outbox/relay-store',
    edits: [["plain(field('server')) ~= plain(server) or", '']],
  },
  {
    name: 'writer: forgets the other processes’ own memories',
    suite: 'outbox/acknowledged-writes',
    edits: [['await freshness.commitWait(written);', '']],
  },
  {
    name: 'cursor: moved although another relay moved it',
    suite: 'outbox/relay-store',
    edits: [['if serial ~= ARGV[1] then return {-1, serial} end', '']],
  },
  {
    name: 'cursor: moved on another connection',
    suite: 'outbox/relay-store',
    edits: [["if (round.generation !== this.connection.generation) return 'conflict';", '']],
  },
  {
    name: 'cursor: a known text is believed on another connection',
    suite: 'outbox/relay-store',
    edits: [
      [
        'return this.#known.generation === generation ? this.#known : NOTHING;',
        'return this.#known;',
      ],
    ],
    equivalent: 'serials are never reused, also not by a server that went back in time',
  },
  {
    name: 'heartbeat: given however long the round took',
    suite: 'outbox/relay-store',
    edits: [['if took < 0 or took > tonumber(ARGV[4]) then return {0, serial} end', '']],
  },
  {
    name: 'bookkeeping: stops on a full server, goes on on a replica',
    suite: 'outbox/relay-store',
    edits: [["redis.call('PERSIST', KEYS[1])", '']],
  },
  {
    name: 'lead: a lease from the future is respected',
    suite: 'outbox/relay-store',
    edits: [['lease > now and lease <= now + length', 'lease > now']],
  },
  {
    name: 'relay: waits for the acknowledgements of other processes',
    suite: 'outbox/relay',
    edits: [['{ awaitAcks: false, unlessMarked:', '{ unlessMarked:']],
  },
  {
    name: 'writer: answers at once when the relay has removed what others hold copies of',
    suite: 'outbox/acknowledged-writes',
    edits: [['if (copiesMs > 0) await pause(this.parts.clock, copiesMs);', '']],
  },
];
