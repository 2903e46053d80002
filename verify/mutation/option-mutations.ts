import type { Mutation } from './mutation.js';

const suite = 'options/wrong-options';

/** Refusals of options that are wrong, or without effect. */
export const OPTION_MUTATIONS: readonly Mutation[] = [
  {
    name: 'options: a misspelt name is accepted',
    suite: 'options/unknown-options',
    edits: [['if (Object.hasOwn(names, name)) continue;', "if (name !== '') continue;"]],
  },
  {
    name: 'options: a collection has none, and is accepted',
    suite,
    edits: [['given === null || isCollection(given)', 'given === null']],
  },
  {
    name: 'options: another kind is accepted',
    suite,
    edits: [['fits(value)) continue;', 'fits(value) || true) continue;']],
  },
  {
    name: 'options: one that is needed may be missing',
    suite: 'nest/decorator-options',
    edits: [['!required.includes(name)', 'required.length >= 0']],
  },
  {
    name: 'options: Redis has a prefix that every stranger has',
    suite,
    edits: [['redis !== undefined && prefix === undefined,', 'options === null,']],
  },
  {
    name: 'options: a store of its own has the keys of another prefix',
    suite,
    edits: [['prefix !== space.prefix,', "prefix === '',"]],
  },
  {
    name: 'options: redis is ignored beside a store',
    suite,
    edits: [['redis !== undefined && store !== undefined,', 'options === null,']],
  },
  {
    name: 'options: consistency without a log is ignored',
    suite,
    edits: [['consistency !== undefined && invalidationLog === undefined,', 'options === null,']],
  },
  {
    name: 'options: credentials beside the URL are ignored',
    suite,
    edits: [
      [
        'settings[option] === undefined,\n      option,\n      `goes with',
        'true,\n      option,\n      `goes with',
      ],
    ],
  },
  {
    name: 'options: a misspelt one of Redis means none',
    suite,
    edits: [['  assertRedisNames(given);\n  return', '  return']],
  },
  {
    name: 'options: a stale time without a ttl is ignored',
    suite,
    edits: [['if (Number(options[option] ?? 0) === 0) continue;', "if (option !== '') continue;"]],
  },
  {
    name: 'options: a loader adapts to a stale time without a ttl',
    suite,
    edits: [['assertTerms({ ...options, ...changes });', 'assertRanges(changes);']],
  },
  {
    name: 'options: a soft timeout without a stale value to serve is ignored',
    suite,
    edits: [
      ['softTimeout !== undefined && (options.staleIfError ?? 0) === 0', 'softTimeout === 0'],
    ],
  },
  {
    name: 'options: what is no object is read for its options',
    suite,
    edits: [['if (names === 0) assertKnown', 'if (names < 0) assertKnown']],
  },
  {
    name: 'options: null is read for its options',
    suite,
    edits: ['if (options.as', 'const read'].map((next) => [
      `if (typeof loader !== 'function' || options === null) return refusal(loader);\n    ${next}`,
      `if (typeof loader !== 'function') return refusal(loader);\n    ${next}`,
    ]),
  },
  {
    name: 'options: those beside a factory are ignored',
    suite,
    edits: [
      [
        "assertKnown(options, ASYNC_OPTIONS, 'forRootAsync', (name)",
        "assertKnown(options, { ...ASYNC_OPTIONS, ...NEST_CACHE_OPTIONS }, 'forRootAsync', (name)",
      ],
    ],
  },
  {
    name: 'options: patterns beside options are ignored',
    suite: 'nest/decorator-options',
    edits: [['if (count === 1) return;', 'if (count > 0) return;']],
  },
];

/** Guards of values that keep their types. */
export const RICH_VALUE_MUTATIONS: readonly Mutation[] = [
  {
    name: 'rich: data passes for another type',
    suite: 'values/rich-json',
    edits: [['return passes ? { $object: object } : object;', 'return object;']],
  },
  {
    name: 'rich: a name of a request becomes a prototype',
    suite: 'values/rich-json',
    edits: [['Object.create(null) as Record<string, unknown>;', '{} as Record<string, unknown>;']],
  },
  {
    name: 'rich: a cycle has no end',
    suite: 'values/rich-json',
    edits: [['if (around.has(value)) throw', 'if (around.size > 1e9) throw']],
    equivalent: 'The stack ends it, with an error that is treated alike, only later.',
  },
  {
    name: 'rich: its text is sent as the answer of a handler',
    suite: 'values/rich-json',
    edits: [
      [
        'const text = this.isJson ? String(this.data) : undefined;',
        'const text = String(this.data);',
      ],
    ],
  },
  {
    name: 'rich: what is read as plain JSON is read for tags',
    suite: 'values/rich-json',
    edits: [
      [
        'serializer === undefined ? parsed(asText(data)) : deserialised(serializer, data);',
        'this.#serializer === undefined ? parsed(asText(data)) : deserialised(this.#serializer, data);',
      ],
      [
        '        return { value: parsed(text), envelope };',
        '        return { value: this.#serializer === undefined ? parsed(text) : deserialised(this.#serializer, text), envelope };',
      ],
    ],
  },
  {
    name: 'as: a hit is not made',
    suite: 'values/as',
    edits: [['return make(await read());', 'return read();']],
  },
  {
    name: 'as: an entry is not made',
    suite: 'values/as',
    edits: [
      ['return { ...entry, value: make(entry.value) };', 'return make(entry) as typeof entry;'],
    ],
  },
  {
    name: 'as: null is made',
    suite: 'values/as',
    edits: [['stored === null || stored === undefined ? stored : make(stored)', 'make(stored)']],
  },
  {
    name: 'as: members that are excluded from answers are lost',
    suite: 'values/as',
    edits: [['{ ignoreDecorators: true }', '{ ignoreDecorators: false }']],
  },
  {
    name: 'as: an error among many values is made',
    suite: 'values/as',
    edits: [['value instanceof Error ? value : make(value)', 'make(value)']],
  },
  {
    name: 'as: a function that makes nothing is believed',
    suite: 'values/as',
    edits: [['if (made !== undefined) return made;', 'if (made !== null) return made;']],
  },
  {
    name: 'lost: a class that as makes again is warned of',
    suite: 'values/lost-values',
    edits: [['if (lost !== undefined && !asksFor(options)) lost', 'if (lost !== undefined) lost']],
  },
  {
    name: 'lost: with strictValues it is a warning',
    suite: 'values/lost-values',
    edits: [['new LostValues(strictValues ? undefined : warn,', 'new LostValues(warn,']],
  },
  {
    name: 'lost: what set stores is not looked at',
    suite: 'values/lost-values',
    edits: [['this.#parts.lost?.check(key, value);', 'void value;']],
  },
];
