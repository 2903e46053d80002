import type { Mutation } from './mutation.js';

/** Guards of the decorators: who is answered with what, and what is stored. */
export const NEST_MUTATIONS: readonly Mutation[] = [
  {
    name: 'nest: the user is not part of the key',
    suite: 'nest/field-failures',
    edits: [["key = privateKey('user', subject, key);", 'void subject;']],
  },
  {
    name: 'nest: a caller who is not known is a caller of that name',
    suite: 'nest/unkeyable',
    edits: [
      [
        "parts.every((part) => part !== '' && isSegment(part))",
        'parts.every((part) => part !== undefined)',
      ],
    ],
  },
  {
    name: 'nest: a request that makes no key fails',
    suite: 'nest/unkeyable',
    edits: [
      [
        'if (error instanceof HttpException || error instanceof CacheOptionsError) throw error;',
        'if (error instanceof Error) throw error;',
      ],
    ],
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
    edits: [
      [
        '      visit.own = { body };\n    }\n    return UNSHARED;',
        '      visit.own = { body };\n    }\n    return body;',
      ],
    ],
  },
  {
    name: 'nest: an answer that is not for sharing is a failure',
    suite: 'nest/uncacheable',
    edits: [
      [
        '      visit.own = { body };\n    }\n    return UNSHARED;',
        "      visit.own = { body };\n    }\n    throw new Error('not for sharing');",
      ],
    ],
  },
  {
    name: 'nest: what is older than an answer that is not stored stays',
    suite: 'nest/uncacheable',
    edits: [
      [
        'if (this.parts.options.staleOnError !== undefined) await this.#forget(key);',
        'void this.parts.options.staleOnError;',
      ],
    ],
  },
  {
    name: 'nest: an old answer bears the traces of the failure that it stands in for',
    suite: 'nest/uncacheable',
    edits: [['    run.part(this.#declared);\n    run.undo();', '    run.part(this.#declared);']],
  },
  {
    name: 'nest: a refresh does not wait for the old answer',
    suite: 'nest/background',
    edits: [
      ['const sent = await responseSent(response);', 'const sent = await Promise.resolve(true);'],
    ],
  },
  {
    name: 'nest: what a refresh does to the response is no reason',
    suite: 'nest/background',
    edits: [
      [
        'const watch = new AnswerWatch(response);',
        'const watch = new AnswerWatch(background ? { ...response, getHeaders: () => ({}) } : response);',
      ],
    ],
  },
  {
    name: 'nest: a refresh that cannot be stored leaves the old answer',
    suite: 'nest/background',
    edits: [
      ['      discardBody(body);\n      await this.#forget(key);', '      discardBody(body);'],
    ],
  },
  {
    name: 'nest: what goes on behind its answer is judged by that answer’s response',
    suite: 'nest/background',
    edits: [
      [
        'if (this.#parted !== undefined) return this.#parted.flaw;',
        'if (this.#parted !== undefined) void this.#parted.flaw;',
      ],
    ],
  },
  {
    name: 'nest: a handler that is refreshed may take the response',
    suite: 'nest/refusals',
    edits: [['if (option === undefined) return;', 'if (option !== null) return;']],
  },
  {
    name: 'nest: a handler without a scope starts',
    suite: 'nest/refusals',
    edits: [['if (isRoute(method)) throw new', 'if (isRoute({})) throw new']],
  },
  {
    name: 'nest: what a failed method would have made stale is removed',
    suite: 'nest/methods',
    edits: [
      [
        'const result = await call.run();',
        'await remove(call.face.cache, sources.filter((source) => typeof source === "string"), "owe");\n      const result = await call.run();',
      ],
    ],
  },
  {
    name: 'nest: a handler that fails leaves a request without an answer',
    suite: 'nest/field-failures',
    edits: [['(error: unknown) => settle({ error }),', '(error: unknown) => void error,']],
  },
  {
    name: 'nest: what comes after a hard timeout is judged by the response of that',
    suite: 'nest/background',
    edits: [['    visit.run?.part(this.#declared);\n', '']],
  },
];
