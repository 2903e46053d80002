import type { Mutation } from './mutation.js';

/** Guards of the copies in process memory. */
export const LOCAL_MUTATIONS: readonly Mutation[] = [
  {
    name: 'stream: a gap is not noticed',
    suite: 'near-cache/invalidation-stream',
    edits: [['if (previous === this.#seen) {', 'if (Number.isFinite(previous)) {']],
  },
  {
    name: 'stream: the bound counts from the answer of a probe',
    suite: 'near-cache/invalidation-stream',
    edits: [
      [
        'const until = probe.sentAt + this.#boundMs;',
        'const until = this.#clock.now() + this.#boundMs;',
      ],
    ],
  },
  {
    name: 'stream: probes from before a loss still prove something',
    suite: 'near-cache/invalidation-stream',
    edits: [['if (probe.epoch !== this.#epoch) return;', '']],
  },
  {
    name: 'stream: a probe proves what has not been received',
    suite: 'near-cache/invalidation-stream',
    edits: [['if (sequence <= this.#seen) {', 'if (sequence > 0) {']],
  },
  {
    name: 'stream: a store that went back in time is believed',
    suite: 'near-cache/invalidation-stream',
    edits: [
      [
        'if (this.#seen === undefined || (probe.seen !== undefined && sequence < probe.seen)) {',
        'if (this.#seen === undefined) {',
      ],
    ],
  },
  {
    name: 'stream: what was read before the first probe stays',
    suite: 'near-cache/invalidation-stream',
    edits: [['this.#copies.flush();\n      this.#seen = sequence;', 'this.#seen = sequence;']],
  },
  {
    name: 'stream: copies survive a loss',
    suite: 'near-cache/invalidation-stream',
    edits: [
      [
        'this.#seen = undefined;\n    this.#forgetProofs();\n    this.#copies.flush();',
        'this.#seen = undefined;\n    this.#forgetProofs();',
      ],
    ],
  },
  {
    name: 'stream: proofs survive a loss',
    suite: 'near-cache/invalidation-stream',
    edits: [
      [
        'this.#seen = undefined;\n    this.#forgetProofs();\n    this.#copies.flush();',
        'this.#seen = undefined;\n    this.#copies.flush();',
      ],
    ],
  },
  {
    name: 'stream: proves without a subscription',
    suite: 'near-cache/invalidation-stream',
    edits: [['if (!this.#listening) return undefined;', '']],
  },
  {
    name: 'near cache: copies are read without proof',
    suite: 'near-cache/near-cache',
    edits: [['if (now >= this.#freshness.freshUntil) return undefined;', '']],
  },
  {
    name: 'near cache: keeps what a removal has overtaken',
    suite: 'near-cache/near-cache',
    edits: [['(reservation as OpenReservation).invalidated ||', '']],
  },
  {
    name: 'near cache: a removal leaves reads on their way alone',
    suite: 'near-cache/near-cache',
    edits: [
      ['if (selected(reservation.key)) reservation.invalidated = true;', 'void reservation;'],
    ],
  },
  {
    name: 'near cache: a flush leaves reads on their way alone',
    suite: 'near-cache/near-cache',
    edits: [
      [
        'for (const reservation of this.#open) reservation.invalidated = true;\n    this.#keys.clear();',
        'this.#keys.clear();',
      ],
    ],
  },
  {
    name: 'near cache: a copy outlives the entry',
    suite: 'near-cache/near-cache',
    edits: [['Math.min(now + forMs, endsAt ?? Infinity)', 'now + forMs']],
  },
  {
    name: 'write: nothing is published to the holders of copies of the former value',
    suite: 'near-cache/local-copies',
    edits: [["announce(KEYS[3], ARGV[6], ARGV[7], '-', ARGV[8], 0)", '']],
  },
  {
    name: 'refresh: nothing is published to the holders of copies of the former value',
    suite: 'near-cache/local-copies',
    edits: [["if stored == 1 then announce(KEYS[3], ARGV[7], ARGV[8], '-', ARGV[9], 0) end", '']],
  },
  {
    name: 'removal: every page announces',
    suite: 'near-cache/local-copies',
    edits: [['if #members < tonumber(ARGV[4]) then answer = publish() end', 'answer = publish()']],
  },
  {
    name: 'removal: a full server stops the announcement of an empty page',
    suite: 'near-cache/local-copies',
    edits: [
      [
        "  redis.call('ZREM', KEYS[1], '')\n  return {epoch, 0, 0, '', publish()}",
        "  return {epoch, 0, 0, '', publish()}",
      ],
    ],
  },
  {
    name: 'announcement: a full server stops it',
    suite: 'near-cache/local-copies',
    edits: [["redis.call('ZREM', KEYS[1], '')\nreturn announce", 'return announce']],
  },
  {
    name: 'announcement: a young registry is believed',
    suite: 'near-cache/barrier',
    edits: [["if not born or now - born < bound_ms * 1000 then status = 'partial' end", '']],
  },
  {
    name: 'announcement: a lost registry is believed',
    suite: 'near-cache/barrier',
    edits: [
      ["previous = '0'\n    status = 'partial'", "previous = '0'"],
      ["if not born or now - born < bound_ms * 1000 then status = 'partial' end", ''],
    ],
  },
  {
    name: 'probe: does not register',
    suite: 'near-cache/barrier',
    edits: [["redis.call('ZADD', KEYS[1], string.format('%.0f', now_ms), ARGV[1])", '']],
  },
  {
    name: 'barrier: waits for no process',
    suite: 'near-cache/barrier',
    edits: [['await this.#pending.allWithin(others, withinMs);', '']],
  },
  {
    name: 'barrier: the registry is believed right after a reconnect',
    suite: 'near-cache/barrier',
    edits: [
      ['|| this.#pending === undefined || !barrier.settled()', '|| this.#pending === undefined'],
    ],
  },
  {
    name: 'barrier: any confirmation will do',
    suite: 'near-cache/barrier',
    edits: [
      [
        'this.#open.get(serial)?.acknowledge(name);',
        'for (const ask of this.#open.values()) if (serial > 0) ask.acknowledge(name);',
      ],
    ],
  },
  {
    name: 'barrier: a removal that failed is not announced',
    suite: 'near-cache/barrier',
    edits: [['announcement.failed();', '']],
  },
  {
    name: 'coherence: another command connection is taken for the same',
    suite: 'near-cache/local-copies',
    edits: [['this.#stream.reconnected();', '']],
  },
  {
    name: 'coherence: a lost subscription is not noticed',
    suite: 'near-cache/local-copies',
    edits: [['this.#parts.onLost();', '']],
  },
  {
    name: 'coherence: a silent subscription is kept',
    suite: 'near-cache/local-copies',
    edits: [['if (this.#stream.lagMs > staleBoundMs) {', 'if (staleBoundMs < 0) {']],
  },
  {
    name: 'copies: a pattern does not find them',
    suite: 'near-cache/near-cache',
    edits: [['if (this.#held.has(reservation.key)) this.#keys.add(reservation.key);', '']],
  },
  {
    name: 'copies: a pattern drops whatever begins like it',
    suite: 'near-cache/near-cache',
    edits: [
      [
        'startingWith(selection.glob.literalPrefix.toString()).filter(selected)',
        'startingWith(selection.glob.literalPrefix.toString())',
      ],
    ],
  },
  {
    name: 'reads: copies are served while removals are pending',
    suite: 'near-cache/near-reads',
    edits: [
      [
        'const copy = reads.trusts(key) ? this.#nearCache?.get(key) : undefined;',
        'const copy = this.#nearCache?.get(key);',
      ],
    ],
  },
  {
    name: 'reads: copies outlive the proof under which they were read',
    suite: 'near-cache/freshness-proof',
    edits: [['if (epoch !== this.#epoch) {', 'if (epoch < 0) {']],
  },
  {
    name: 'validity: a new term begins unnoticed',
    suite: 'near-cache/freshness-proof',
    edits: [['if (!this.valid) this.#epoch++;', '']],
  },
  {
    name: 'reads: copies are made without proof',
    suite: 'near-cache/freshness-proof',
    edits: [['stored && this.#parts.reads.trusts(reservation.key)', 'stored']],
  },
  {
    name: 'reads: an answer to be copied is not judged when it is used',
    suite: 'near-cache/freshness-proof',
    edits: [
      [
        "if (found === undefined) return 'miss';\n    if (!reads.proves(key)) return 'unavailable';",
        "if (found === undefined) return 'miss';",
      ],
    ],
  },
  {
    name: 'reads: copies are served before messages that have arrived are looked at',
    suite: 'near-cache/busy-process',
    edits: [['this.#nearCache === undefined || this.#loop.recent', 'key.length > 0']],
  },
  {
    name: 'loop: the first check proves something',
    suite: 'near-cache/event-loop-monitor',
    edits: [['#checkedAt = -Infinity;', '#checkedAt = 0;']],
  },
  {
    name: 'loop: counts from the check after the poll',
    suite: 'near-cache/event-loop-monitor',
    edits: [['this.#handledUpTo = this.#checkedAt;', 'this.#handledUpTo = this.#clock.now();']],
  },
  {
    name: 'loop: has caught up at the first check',
    suite: 'near-cache/event-loop-monitor',
    edits: [['this.#onNextTurn(resolve);', 'resolve();']],
  },
  {
    name: 'loop: later callers wait for the same check',
    suite: 'near-cache/event-loop-monitor',
    edits: [['this.#draining = undefined;\n', '']],
  },
];
