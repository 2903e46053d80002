import type { Mutation } from './mutation.js';

/** Guards of the decorators: who is answered with what, and what is stored. */
export const NEST_MUTATIONS: readonly Mutation[] = [
  {
    name: 'nest: the user is not part of the key',
    suite: 'nest/field-failures',
    edits: [["return `user:${segments.map(encodeSegment).join(':')}:${key}`;", 'return key;']],
  },
  {
    name: 'nest: a segment is not encoded',
    suite: 'nest/field-failures',
    edits: [['const encoded = text.replace(UNSAFE, percentEncoded);', 'const encoded = text;']],
  },
  {
    name: 'nest: a value is stored before it is serialised',
    suite: 'nest/serialization',
    edits: [
      [
        'const value = await this.parts.serializers.apply(body, context);',
        'const value: unknown = await Promise.resolve(body);',
      ],
    ],
  },
  {
    name: 'nest: a serializer works twice on one value',
    suite: 'nest/serialization',
    edits: [['      serialised.add(value);', '      void serialised;']],
  },
  {
    name: 'nest: headers that a hit does not repeat are no reason',
    suite: 'nest/answers',
    edits: [['if (!declared.has(name)) return', 'if (!declared.has(name) && false) return']],
  },
  {
    name: 'nest: a status of the handler’s own is no reason',
    suite: 'nest/answers',
    edits: [['if (statusCode !== this.#status) return', 'if (statusCode !== statusCode) return']],
  },
  {
    name: 'nest: an answer that is not for sharing is shared with those who wait',
    suite: 'nest/answers',
    edits: [['throw new NotCacheable();', 'return body;']],
  },
  {
    name: 'nest: a handler without a scope starts',
    suite: 'nest/refusals',
    edits: [['} else if (isRoute(method)) {', '} else if (isRoute({})) {']],
  },
  {
    name: 'nest: what a failed method would have made stale is removed',
    suite: 'nest/methods',
    edits: [
      ['const result = await outcome;', 'await then(undefined);\n  const result = await outcome;'],
    ],
  },
];
