import { describe, expect, it } from '@jest/globals';
import { PassThrough, Readable } from 'node:stream';
import { readPassword } from './read-password.js';

const read = (...chunks: (string | Buffer)[]) =>
  readPassword(Readable.from(chunks.map((chunk) => Buffer.from(chunk))), new PassThrough());

describe('a password on stdin', () => {
  it('a password on stdin is its one line, without the line break and with every blank', async () => {
    expect(await read(' tormenta de verano ')).toBe(' tormenta de verano ');
    expect(await read('tormenta', ' de verano\n')).toBe('tormenta de verano');
    expect(await read('tormenta de verano\r\n')).toBe('tormenta de verano');
    const bytes = Buffer.from('mañana');
    expect(await read(bytes.subarray(0, 3), bytes.subarray(3))).toBe('mañana');
  });

  it.each([
    ['nothing', [''], /^There is no password on stdin\.$/],
    ['an empty line', ['\n'], /^There is no password on stdin\.$/],
    ['two lines', ['tormenta\nde verano'], /^The password on stdin must be one line\.$/],
    ['a flood', Array(100).fill('x'.repeat(100)), /^The password on stdin is too long\.$/],
    ['what is not UTF-8', [Buffer.from([0xff, 0xfe])], /^The password on stdin is not UTF-8\.$/],
  ])(
    'a password on stdin is refused when it is %s',
    async (_, chunks: (string | Buffer)[], sentence) => {
      await expect(read(...chunks)).rejects.toThrow(sentence);
    },
  );
});
