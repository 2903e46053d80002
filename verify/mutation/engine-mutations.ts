import type { Mutation } from './mutation.js';

/** Guards of the engine: loads, who shares them, and stores by hand. */
export const ENGINE_MUTATIONS: readonly Mutation[] = [
  {
    name: 'load: the token is taken after the data was read',
    suite: 'load/shared-outcome',
    edits: [
      [
        'const got = await this.#acquisition.acquire(flight, request);',
        'const early = await this.#call(request);\n    const got = await this.#acquisition.acquire(flight, request);',
      ],
      ['result = await this.#call(request);', 'result = early;'],
    ],
  },
  {
    name: 'load: a refused fill is shared',
    suite: 'load/shared-outcome',
    edits: [
      [
        'flight.settle(stored === true ? waitersBeforeFill : waitersBefore,',
        'flight.settle(waitersBeforeFill,',
      ],
    ],
  },
  {
    name: 'load: a fill without answer is shared',
    suite: 'redis/leases/interleavings',
    edits: [
      [
        'flight.settle(stored === true ? waitersBeforeFill : waitersBefore,',
        'flight.settle(stored !== false ? waitersBeforeFill : waitersBefore,',
      ],
    ],
  },
  {
    name: 'load: an unconfirmed error or undefined is shared',
    suite: 'load/shared-outcome',
    edits: [
      [
        'return (await this.#release(right, request, false)) ? waiters : waitersBefore;',
        'await this.#release(right, request, false);\n      return waiters;',
      ],
      ['flight.fail(confirmed ? waiters : waitersBefore,', 'flight.fail(waiters,'],
    ],
  },
  {
    name: 'load: a failed load keeps its lease',
    suite: 'redis/leases/leases',
    edits: [
      [
        'if (right === undefined) return false;\n',
        'if (right === undefined || failed) return false;\n',
      ],
    ],
  },
  {
    name: "load: another's value is shared with who came after it was read",
    suite: 'load/shared-outcome',
    edits: [
      [
        'freshMs: found.freshMs, waiters };',
        'freshMs: found.freshMs, waiters: flight.waiterCount() };',
      ],
    ],
  },
  {
    name: 'load: waits for ever',
    suite: 'redis/leases/interleavings',
    edits: [['if (leftMs <= 0) {', 'if (leftMs < -Infinity) {']],
  },
  {
    name: 'load: an unreadable value is never replaced',
    suite: 'values/json-values',
    edits: [["replace: miss === 'corrupt' }", 'replace: false }']],
  },
  {
    name: 'flight: who comes after the last command was sent joins',
    suite: 'load/shared-outcome',
    edits: [['if (confirmable && this.#sealed && !isRetry) return undefined;', '']],
    equivalent: 'the mark taken at closing leaves them out; the seal spares them the wait',
  },
  {
    name: 'flight: every caller shares, whatever the mark says',
    suite: 'load/shared-outcome',
    edits: [['this.waiters.splice(0, Math.max(1, count))', 'this.waiters.splice(0)']],
  },
  {
    name: 'flight: with the store unavailable, a running load is joined',
    suite: 'redis/connection/store-outages',
    edits: [
      ['const open = !this.#sealed && (confirmable || !this.#loading);', 'const open = true;'],
    ],
    equivalent:
      'without a confirmed fill the mark of the beginning leaves them out; a confirmed one covers them',
  },
  {
    name: 'flight: who was left out is forgotten',
    suite: 'load/shared-outcome',
    edits: [
      [
        'this.restart([...this.waiters, ...this.#nextWaiters], sideBySide);',
        'this.restart([], sideBySide);',
      ],
    ],
  },
  {
    name: 'flight: no caller joins',
    suite: 'load/shared-outcome',
    edits: [['if (flight !== undefined) return flight.join(lead, confirmable, isRetry);', '']],
  },
  {
    name: 'set: a missing token is no token',
    suite: 'values/json-values',
    edits: [["if (!('token' in options)) {", 'if (options.token === undefined) {']],
  },
  {
    name: 'many: loaded before every key is leased or known to be loaded elsewhere',
    suite: 'read/get-or-set-many-sharing',
    edits: [['while (this.#undecided.size > 0) {', 'while (this.#undecided.size < 0) {']],
  },
  {
    name: 'many: waits for what others load before it loads its own',
    suite: 'read/get-or-set-many-sharing',
    edits: [["'waited');\n          request.onContended?.();", "'waited');"]],
  },
  {
    name: 'many: latecomers are never loaded',
    suite: 'read/get-or-set-many-sharing',
    edits: [['if (!this.#open && this.#enlisted.size === 1) {', 'if (this.#undecided.size < 0) {']],
  },
  {
    name: 'many: leases outlive a failed load',
    suite: 'read/get-or-set-many',
    edits: [
      [
        'for (const { reject } of enlisted.values()) reject(failure);\n      await this.#settled(keys);',
        '',
      ],
    ],
  },
  {
    name: 'many: an array of any length will do',
    suite: 'read/get-or-set-many',
    edits: [['if (answer.length === ids.length) return answer;', 'return answer;']],
  },
  {
    name: 'many: all fills go out at once',
    suite: 'read/get-or-set-many-budget',
    edits: [['export const CHUNK = 500;', 'export const CHUNK = 50_000;']],
  },
  {
    name: 'many: a store that used up its time is asked again',
    suite: 'read/get-or-set-many-budget',
    edits: [['if (this.exhausted || this.request', 'if (this.request']],
  },
  {
    name: 'many: of pairs with one key any may be the last',
    suite: 'read/get-or-set-many',
    edits: [
      [
        'const last = [...new Map(entries.map(({ key, value }) => [key, value]))];',
        'const last = entries.map(({ key, value }) => [key, value] as const);',
      ],
    ],
  },
  {
    name: 'value: a codec that is not known is taken for a broken value',
    suite: 'values/unreadable-values',
    edits: [
      [
        "if (!isKnownCodec(compression)) return 'foreign';",
        "if (!isKnownCodec(compression)) return 'corrupt';",
      ],
    ],
  },
  {
    name: 'value: unpacked without bound',
    suite: 'values/unreadable-values',
    edits: [
      ['return unpack(data, { maxOutputLength: here });', 'return unpack(data, {});'],
      ['return unpackAsync(data, { maxOutputLength: maxBytes });', 'return unpackAsync(data, {});'],
    ],
  },
  {
    name: 'value: a serializer is not asked whether it can read what it wrote',
    suite: 'values/compression-and-serializers',
    edits: [
      [
        'return deserialised(serializer, serializer.serialize(value));',
        'const bytes = serializer.serialize(value);\n  return new SerialisedValue(bytes, () => serializer.deserialize(new Uint8Array(bytes)));',
      ],
    ],
  },
  {
    name: 'value: the first copy is given to every reader',
    suite: 'load/shared-outcome',
    edits: [['this.#firstCopy = NONE;\n    return copy;', 'return copy;']],
  },
  {
    name: 'value: a broken one is removed whatever is there by now',
    suite: 'values/unreadable-values',
    edits: [
      [
        'await budget.spend(discard, STORE_CALL.discard);',
        "await this.parts.store.remove({ kind: 'keys', keys: [key] });",
      ],
    ],
  },
  {
    name: 'value: a broken one stays',
    suite: 'values/unreadable-values',
    edits: [['await budget.spend(discard, STORE_CALL.discard);', '']],
  },
  {
    name: "load: another codec's value is replaced",
    suite: 'values/unreadable-values',
    edits: [
      [
        "if (found === 'unavailable' || found === 'foreign') return",
        "if (found === 'unavailable') return",
      ],
      ["replace: miss === 'corrupt' }", "replace: miss === 'corrupt' || miss === 'foreign' }"],
    ],
  },
  {
    name: 'engine: a write overtakes one that is still being compressed',
    suite: 'invalidate/write-order',
    edits: [['Promise.all([text, before]).then', 'Promise.all([text]).then']],
  },
  {
    name: 'engine: a small write does not look for one that is still being compressed',
    suite: 'invalidate/write-order',
    edits: [
      [
        "const first = before === undefined && typeof text === 'string';",
        "if (typeof text === 'string') return send(text);",
      ],
    ],
  },
  {
    name: 'engine: a removal overtakes a write that is still being compressed',
    suite: 'invalidate/write-order',
    edits: [
      [
        'return this.#unsent.size === 0 ? undefined : Promise.all(this.#unsent.values());',
        'return undefined;',
      ],
    ],
  },
  {
    name: 'deadlines: a busy process gives a call up without having polled its sockets for it',
    suite: 'store/deadlines',
    edits: [[' && this.#polls - call.polls >= pollsWithin(call.ms)', '']],
  },
  {
    name: 'deadlines: a busy process polls its sockets for a long deadline as often as an idle one',
    suite: 'store/deadlines',
    edits: [['Math.min(MOST_POLLS, Math.ceil(ms / TICK_MS) + 1)', 'Math.ceil(ms / TICK_MS) + 1']],
  },
  {
    name: 'circuit: a late answer does not lead to a probe',
    suite: 'redis/connection/late-answers',
    edits: [['answeredLate: breaker.probeNow.bind(breaker),', '']],
  },
  {
    name: 'options: those that can change are checked once',
    suite: 'read/option-checks',
    edits: [['if (Object.isFrozen(options)) checked.add(options);', 'checked.add(options);']],
  },
  {
    name: 'gate: lets everything through at once',
    suite: 'read/fan-out',
    edits: [['const FIRST = 64;', 'const FIRST = 50_000;']],
  },
  {
    name: "budget: a request's operations do not share what is running",
    suite: 'read/deadline-budget',
    edits: [['(this.request.#running ??= new Set()).add(this);', '']],
  },
  {
    name: 'budget: a call that was given up leaves time for others',
    suite: 'read/deadline-budget',
    edits: [['this.#usedMs = Math.max(this.#usedMs, this.milliseconds);', '']],
  },
  {
    name: 'write: overtaken by a removal while it queues',
    suite: 'read/fan-out',
    edits: [
      [
        'if (first && entered === undefined) return send(text);',
        'if (first) return Promise.resolve(entered).then(() => send(text));',
      ],
    ],
  },
];
