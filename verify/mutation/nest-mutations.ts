import type { Mutation } from './mutation.js';

/** Guards of the decorators: who is answered with what, and what is stored. */
export const NEST_MUTATIONS: readonly Mutation[] = [
  {
    name: 'nest: the user is not part of the key',
    suite: 'nest/reported-nest-failures',
    edits: [["key = privateKey('user', subject, key);", 'void subject;']],
  },
  {
    name: 'nest: a caller who is not known is a caller of that name',
    suite: 'nest/unkeyable',
    edits: [
      ['!parts.some(isMissing)', 'parts.every((part) => part !== undefined || isMissing(part))'],
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
    suite: 'nest/reported-nest-failures',
    edits: [['const encoded = text.replace(UNSAFE, percentEncoded);', 'const encoded = text;']],
  },
  {
    name: 'nest: a value is stored before it is serialised',
    suite: 'nest/serialization',
    edits: [
      [
        'const kept = await this.parts.serializers.apply(body, context);',
        'const kept: unknown = await Promise.resolve(body);',
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
    edits: [['if (this.declared.has(name)) continue;', "if (name !== '') continue;"]],
  },
  {
    name: 'nest: a status of the handler’s own is no reason',
    suite: 'nest/answers',
    edits: [['if (now.status !== before.status) return', 'if (now.status !== now.status) return']],
  },
  {
    name: 'nest: an uncacheable answer is shared with the waiters',
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
        'if (this.parts.options.staleIfError !== undefined) await this.#runs.forget(key);',
        'void this.parts.options.staleIfError;',
      ],
    ],
  },
  {
    name: 'nest: an old answer bears the traces of the failure that it stands in for',
    suite: 'nest/uncacheable',
    edits: [['    run.part();\n    run.undo();', '    run.part();']],
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
        'body, late ?? watch.end()',
        'body, late ?? (background ? { flaw: undefined, headers: {} } : watch.end())',
      ],
    ],
  },
  {
    name: 'nest: a refresh that cannot be stored leaves the old answer',
    suite: 'nest/background',
    edits: [
      ['      discardBody(body);\n      await this.forget(key);', '      discardBody(body);'],
    ],
  },
  {
    name: 'nest: what goes on behind its answer is judged by that answer’s response',
    suite: 'nest/background',
    edits: [
      ['const earlier = this.#parted?.flaw;', 'const earlier = undefined as string | undefined;'],
    ],
  },
  {
    name: 'nest: a handler that is refreshed may take the response',
    suite: 'nest/start-up-checks',
    edits: [['if (option === undefined) return;', 'if (option !== null) return;']],
  },
  {
    name: 'nest: a handler without a scope starts',
    suite: 'nest/start-up-checks',
    edits: [['if (isRoute(method)) throw new', 'if (isRoute({})) throw new']],
  },
  {
    name: 'nest: what a failed method would have made stale is removed',
    suite: 'nest/methods',
    edits: [
      [
        'const result = await call.run();',
        "await remove(call.face.cache, sources.flatMap((source) => typeof source === 'string' ? source : source(call.args, undefined)), 'retry');\n      const result = await call.run();",
      ],
    ],
  },
  {
    name: 'nest: a handler that fails leaves a request without an answer',
    suite: 'nest/reported-nest-failures',
    edits: [['(error: unknown) => settle({ error }),', '(error: unknown) => void error,']],
  },
  {
    name: 'nest: what another answer does to the response is the handler’s',
    suite: 'nest/replaced-answers',
    edits: [
      [
        'this.#parted ??= this.#replaced();\n      this.#before = lookAt(response);',
        'this.#parted ??= this.#replaced();',
      ],
    ],
  },
  {
    name: 'nest: a subscriber that leaves is not noticed',
    suite: 'nest/replaced-answers',
    edits: [['if (!isGiven) steps.left();', 'void steps.left;']],
  },
  {
    name: 'nest: headers that another answer forbids are an error of all callers',
    suite: 'nest/replaced-answers',
    edits: [['!visit.answered || !isTooLate(error)', '!visit.answered || isTooLate(error)']],
  },
  {
    name: 'nest: a body that is answered otherwise than its JSON is kept as JSON',
    suite: 'nest/bodies',
    edits: [['if (!isFaithful && this.parts', 'if (!isFaithful && body === this.parts']],
  },
  {
    name: 'nest: an error that is returned is a body like others',
    suite: 'nest/bodies',
    edits: [
      ['if (body instanceof Error || isNativeError(body)) return', 'if (isNativeError(0)) return'],
    ],
  },
  {
    name: 'nest: a header that is removed is not noticed',
    suite: 'nest/bodies',
    edits: [
      [
        'new Set([...Object.keys(before.headers), ...Object.keys(now.headers)])',
        'new Set(Object.keys(now.headers))',
      ],
    ],
  },
  {
    name: 'nest: a cookie that is added to a list is not noticed',
    suite: 'nest/bodies',
    edits: [['Array.isArray(value) ? value.map(String) : String(value),', 'value,']],
  },
  {
    name: 'nest: an entity is destroyed like a stream',
    suite: 'nest/promised-answer',
    edits: [["else if (typeof pipe === 'function') call(", 'else if (pipe !== null) call(']],
  },
  {
    name: 'nest: an application writes under a private name',
    suite: 'nest/key-spaces',
    edits: [
      [
        'if (!RESERVED.test(key) || options?.[PRIVATE] === true) return;',
        'void options;\n  return;',
      ],
    ],
  },
  {
    name: 'nest: a copy of a private entry is read by who may not',
    suite: 'nest/key-spaces',
    edits: [
      [
        'if (isReserved(key) && options[PRIVATE] !== true) return undefined;',
        'void [isReserved, PRIVATE, options];',
      ],
    ],
  },
  {
    name: 'nest: the parts of a subject are no parts',
    suite: 'nest/key-spaces',
    edits: [
      [
        "partsOf(parts).map(encodeSegment).join(',')",
        "partsOf(parts).map(encodeSegment).join(':')",
      ],
    ],
  },
  {
    name: 'nest: a second instance shares the entries of the first',
    suite: 'nest/instances',
    edits: [['    if (known !== undefined) {', '    if (known === null) {']],
  },
  {
    name: 'nest: classes that one function makes share entries',
    suite: 'nest/generated-classes',
    edits: [
      [
        'if (other === decorated || !isSame(key, () => keyOf(other))) continue;',
        'if (other === decorated || isSame(key, () => other)) continue;',
      ],
    ],
  },
  {
    name: 'nest: an overriding route is silently not cached',
    suite: 'nest/instances',
    edits: [['assertNotOverridden(instance.constructor, methods);', 'void assertNotOverridden;']],
  },
  {
    name: 'nest: a serializer that looks at the caller starts',
    suite: 'nest/role-serializers',
    edits: [['if (aside.vary === undefined) {', 'if (aside.vary === null) {']],
  },
  {
    name: 'nest: nested prefixes start',
    suite: 'nest/two-caches',
    edits: [
      [
        'return a.prefix.startsWith(b.prefix) || b.prefix.startsWith(a.prefix);',
        'return a.prefix === b.prefix;',
      ],
    ],
  },
  {
    name: 'nest: a decorated method throws in place of rejecting',
    suite: 'nest/uncached-calls',
    edits: [['      return rejected(error);', '      throw error;']],
  },
  {
    name: 'nest: a call that finds no cache is not cached',
    suite: 'nest/bare-class',
    edits: [
      [
        'if (others.length === 0 && (application !== undefined || !expected)) return application;',
        'if (others.length === 0) return application;',
      ],
    ],
  },
  {
    name: 'nest: the events of a cached handler are left undone',
    suite: 'nest/transports',
    edits: [['method) !== EVENT_HANDLER) return;', 'method) !== EVENT_HANDLER || true) return;']],
  },
];
