import type { Mutation } from './mutation.js';

/** Guards of answers that are sent as the stored text. */
export const RAW_JSON_MUTATIONS: readonly Mutation[] = [
  {
    name: 'raw JSON: a text is sent past a serializer interceptor',
    suite: 'nest/raw-json',
    edits: [
      [
        'this.#sendsText = parts.serializers.areNone && !parts.rendered;',
        'this.#sendsText = !parts.rendered;',
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
];
