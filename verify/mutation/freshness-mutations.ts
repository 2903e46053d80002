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
        'return !this.pending.concerns(key) && clean && this.proves(key);',
        'return !this.pending.concerns(key) && clean;',
      ],
    ],
  },
  {
    name: 'validity: a hit is not judged when it is used',
    suite: 'outbox/freshness-lease',
    edits: [
      [
        "if (!this.parts.reads.proves(key)) return 'unavailable';\n    const decoded = opened",
        'const decoded = opened',
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
    name: 'term: what was seen in the former one counts',
    suite: 'outbox/freshness-lease',
    edits: [['this.#last = undefined;\n    this.#required = undefined;', '']],
  },
  {
    name: 'term: the lease outlives it',
    suite: 'outbox/freshness-lease',
    edits: [['if (known?.generation === generation) this.#parts.lease.revoke();', '']],
  },
  {
    name: 'term: the leader does not notice it',
    suite: 'outbox/freshness-lease',
    edits: [['monitor.noteServer(round);', '']],
  },
  {
    name: 'term: a heartbeat that went back begins none',
    suite: 'outbox/relay-store-terms',
    edits: [
      [
        "if (heartbeat !== '' && Number(heartbeat) < Number(known.heartbeat)) this.#setBacks++;",
        '',
      ],
    ],
  },
  {
    name: 'term: a promotion leaves the serial of the cursor',
    suite: 'outbox/relay-store-terms',
    edits: [["if field('cursor') then next_serial('cursor') end", '']],
  },
  {
    name: 'look: plain although there is no new heartbeat',
    suite: 'outbox/relay-store-terms',
    edits: [
      [
        'Number(heartbeat) > Number(known.heartbeat)',
        'Number(heartbeat) >= Number(known.heartbeat)',
      ],
    ],
  },
  {
    name: 'look: plain although the cursor has moved',
    suite: 'outbox/relay-store-terms',
    edits: [['const grown = serial === known.serial &&', 'const grown =']],
  },
  {
    name: 'pace: a process that is asked nothing looks as often as a busy one',
    suite: 'outbox/freshness-lease',
    edits: [['this.#idle ? IDLE_ROUND_MS : SHARED_ROUND_MS', 'SHARED_ROUND_MS']],
  },
  {
    name: 'heartbeat: need not include the log’s end after connecting',
    suite: 'outbox/freshness-lease',
    edits: [['if (!this.#isCaughtUp(seen)) return;', '']],
  },
  {
    name: 'heartbeat: another database’s log end is never asked for anew',
    suite: 'outbox/freshness-lease',
    edits: [['if (++this.#behind >= HEARTBEATS_TO_CATCH_UP) this.#require();', '']],
  },
  {
    name: 'relay: a follower asks for the lead beside a leader that is alive',
    suite: 'outbox/relay',
    edits: [
      [
        "this.#state === 'following' && silentMs < QUIET_MS",
        "this.#state === 'following' && silentMs < 0",
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
    name: 'relay: a round proves as of its end',
    suite: 'outbox/relay',
    edits: [
      ['lease.renew(sentAt, round.generation)', 'lease.renew(clock.now(), round.generation)'],
    ],
  },
  {
    name: 'writer: does not wait when the store did not confirm',
    suite: 'outbox/acknowledged-writes',
    edits: [
      [
        'const applied = await freshness.waitUntilApplied(written, selections);',
        'const applied = false;',
      ],
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
        'server?.generation === this.#parts.relayStore.generation ? server.primaryAt : Infinity',
        'server?.primaryAt ?? Infinity',
      ],
    ],
  },
  {
    name: 'server: an age that came with a dump or from a primary counts',
    suite: 'outbox/relay-store-terms',
    edits: [["plain(field('server')) ~= plain(server) or", '']],
  },
  {
    name: 'writer: forgets the other processes’ own memories',
    suite: 'outbox/acknowledged-writes',
    edits: [['await freshness.commitWait(written, selections);', '']],
  },
  {
    name: 'cursor: moved although another relay moved it',
    suite: 'outbox/relay-store',
    edits: [['if serial ~= ARGV[3] or', 'if']],
  },
  {
    name: 'cursor: moved on a server that went back to before the last heartbeat',
    suite: 'outbox/relay-store-terms',
    edits: [[" or plain(field('beat')) ~= ARGV[4] then", ' then']],
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
    edits: [['local fresh = 0 <= took and took <= tonumber(ARGV[7])', 'local fresh = true']],
  },
  {
    name: 'bookkeeping: stops on a full server, goes on on a replica',
    suite: 'outbox/relay-store',
    edits: [["redis.call('PERSIST', KEYS[1])", '']],
  },
  {
    name: 'lead: kept by a round that ends while another relay leads',
    suite: 'outbox/relay-store-terms',
    edits: [['if (leads === 1) this.#begun', 'this.#begun']],
  },
  {
    name: 'lead: a lease from the future is respected',
    suite: 'outbox/relay-store',
    edits: [['lease > now and lease <= now + length', 'lease > now']],
  },
  {
    name: 'idle round: ends on a server that went back to before the last heartbeat',
    suite: 'outbox/idle-rounds',
    edits: [[" and plain(field('beat')) == ARGV[4]", '']],
  },
  {
    name: 'idle round: ends although another relay moved the cursor',
    suite: 'outbox/idle-rounds',
    edits: [["plain(field('cursor')) == ARGV[3] and", '']],
  },
  {
    name: 'idle round: gives a heartbeat however long it took',
    suite: 'outbox/idle-rounds',
    edits: [[' and 0 <= took and took <= tonumber(ARGV[6])', '']],
  },
  {
    name: 'idle round: keeps a lead that another relay has',
    suite: 'outbox/idle-rounds',
    edits: [['if not (leads and same', 'if not (same']],
  },
  {
    name: 'idle round: asks no server although another shard found another one',
    suite: 'outbox/idle-rounds',
    edits: [[' && asked.server === this.#known.server', '']],
  },
  {
    name: 'idle round: never asks the server again',
    suite: 'outbox/idle-rounds',
    edits: [['this.clock.now() - asked.at <= TOGETHER_MS', 'asked.at > 0']],
  },
  {
    name: 'idle round: what a store itself was answered counts for its next round',
    suite: 'outbox/relay-store-terms',
    edits: [['asked.by !== this &&', '']],
  },
  {
    name: 'idle round: leaves out what it has to apply',
    suite: 'outbox/idle-rounds',
    edits: [['cursor === round.cursor && marks.length === 0 &&', 'marks.length === 0 &&']],
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
