import type { Mutation } from './mutation.js';

/** Guards of what decorators are given, and of keys that no type has checked. */
export const DECORATOR_MUTATIONS: readonly Mutation[] = [
  {
    name: 'decorator: an invalidation of nothing is accepted',
    suite: 'nest/decorator-options',
    edits: [['if (sources.length === 0) {', 'if (sources.length < 0) {']],
  },
  {
    name: 'decorator: a pattern that cannot match fails after the work is done',
    suite: 'nest/decorator-options',
    edits: [['assertPattern(source as string);', 'void assertPattern;']],
  },
  {
    name: 'decorator: a generator is cached as an empty object',
    suite: 'nest/decorator-options',
    edits: [["toString.call(given) === '[object Generator]'", 'toString.length > 9']],
  },
  {
    name: 'decorator: keys of generated classes are compared at the first call only',
    suite: 'nest/generated-classes',
    edits: [
      [
        'if (family === undefined || family.size < 2) return;',
        'if (family === undefined || family.size < 2 || !family.delete(decorated)) return;',
      ],
    ],
  },
  {
    name: 'decorator: a call fails because another generated class does not understand it',
    suite: 'nest/generated-classes',
    edits: [
      [
        '  } catch {\n    return false;\n  }\n}\n\nconst applications',
        '  } catch (error) {\n    throw error;\n  }\n}\n\nconst applications',
      ],
    ],
  },
  {
    name: 'decorator: a vary that is no list and no text is nothing',
    suite: 'nest/unkeyable',
    edits: [['=> Array.isArray(subject);', "=>\n  typeof subject === 'object';"]],
  },
  {
    name: 'decorator: a pattern of no user removes nothing',
    suite: 'nest/decorator-options',
    edits: [['  if (!isKnown(subject)) {', "  if (!isKnown(subject) && keys === '') {"]],
  },
  {
    name: 'decorator: a redirect is sent as text',
    suite: 'nest/raw-json',
    edits: [
      ['const OPENED = [RENDER_METADATA, REDIRECT_METADATA];', 'const OPENED = [RENDER_METADATA];'],
    ],
  },
  {
    name: 'load: a loader that calls itself goes on until the memory is full',
    suite: 'load/load-cycles',
    edits: [['more.length >= DEEPEST', 'more.length >= DEEPEST * 1e6']],
  },
];
