import type { Mutation } from './mutation.js';

/** Guards of answers that are sent as the stored text. */
export const RAW_JSON_MUTATIONS: readonly Mutation[] = [
  {
    name: 'raw JSON: a text is sent past a serializer interceptor',
    suite: 'nest/raw-json',
    edits: [
      [
        'this.#sendsText = parts.serializers.areNone && !parts.opened;',
        'this.#sendsText = !parts.opened;',
      ],
    ],
  },
  {
    name: 'raw JSON: a text is sent as another type of content',
    suite: 'nest/bodies',
    edits: [
      [
        "typeof declared === 'string' && declared.includes('json');",
        "typeof declared === 'string';",
      ],
    ],
  },
  {
    name: 'raw JSON: a stored text is sent that is not valid',
    suite: 'nest/raw-json',
    edits: [['!this.#isValid(plain(body.value), input)', '!this.#isValid(body.value, input)']],
  },
  {
    name: 'raw JSON: a member is there twice',
    suite: 'values/json-text',
    edits: [['if (Object.hasOwn(value, name)) return', 'if (name === undefined) return']],
  },
  {
    name: 'raw JSON: a shared value can be changed',
    suite: 'nest/raw-json',
    edits: [
      [
        '    deepFreeze(value);\n    if (typeof value ===',
        '    void deepFreeze;\n    if (typeof value ===',
      ],
    ],
  },
  {
    name: 'known ends: another text has the end of the one before',
    suite: 'read/known-ends',
    edits: [
      [
        'if (text === known.text) return this.#again(key, known);',
        'if (text !== undefined) return this.#again(key, known);',
      ],
    ],
  },
  {
    name: 'known ends: an end is known for ever',
    suite: 'read/known-ends',
    edits: [['if (last === undefined || now >= last.knownUntil)', 'if (last === undefined)']],
  },
  {
    name: 'known ends: a known text is not judged when it is used',
    suite: 'read/known-ends',
    edits: [
      [
        "    if (!reads.proves(key)) return 'unavailable';\n    const freshMs = endsAt",
        '    void reads;\n    const freshMs = endsAt',
      ],
    ],
  },
  {
    name: 'known ends: a reader that may have a stale value takes a known one',
    suite: 'read/known-ends',
    edits: [["life === 'approximate' && !needsTtl(options);", "life === 'approximate';"]],
  },
  {
    name: 'read ahead: what was read is not judged when it is used',
    suite: 'read/known-ends',
    edits: [
      [
        'ahead === undefined || this.#parts.reads.proves(key) ? found',
        'found !== undefined ? found',
      ],
    ],
  },
  {
    name: 'read ahead: a key is read that depends on the caller',
    suite: 'nest/read-ahead',
    edits: [["this.#needsEntry && scope === 'shared' && vary === undefined;", 'this.#needsEntry;']],
  },
  {
    name: 'read ahead: what was read is not used',
    suite: 'nest/read-ahead',
    edits: [
      [
        'cache.getOrSetEntry(key, load, this.#entry, ahead)',
        'cache.getOrSetEntry(key, load, this.#entry)',
      ],
    ],
  },
  {
    name: 'deadline of a request object: stays for the calls of others',
    suite: 'read/deadline-budget',
    edits: [['    atOnce = outer;\n', '']],
  },
  {
    name: 'deadline of a request object: each call has one of its own',
    suite: 'read/deadline-budget',
    edits: [['callContext().budgets ?? atOnce', 'callContext().budgets']],
  },
  {
    name: 'async scope: ends with the return of work that goes on',
    suite: 'async-scope',
    edits: [
      [
        'if (result instanceof Promise) result.then(this.#leave, this.#leave);',
        'if (result instanceof Promise) this.#leave();',
      ],
    ],
  },
  {
    name: 'async scope: ends for all when one has left',
    suite: 'async-scope',
    edits: [['if (--this.#inside === 0) this', 'this.#inside--;\n    this']],
  },
];
