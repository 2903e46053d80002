import { describe, expect, it } from '@jest/globals';
import { decodeEnvelope, encodeEnvelope, envelopeHead } from './envelope.js';

const envelope = { id: 'a-Z_09', staleMs: 60_000, loadMs: 12, codec: '', payload: '{"n":1}' };

describe('The envelope of a stored value', () => {
  it.each([
    envelope,
    { ...envelope, codec: 'br', payload: 'AAEC' },
    { ...envelope, staleMs: 0, loadMs: 0, payload: '' },
    { ...envelope, id: 'x'.repeat(64), codec: 'y'.repeat(32), payload: 'a\n;\x02b' },
  ])('an envelope decodes to what was encoded: %j', (one) => {
    expect(decodeEnvelope(encodeEnvelope(one))).toEqual(one);
  });

  it('an envelope begins with the identity of its fill', () => {
    const text = encodeEnvelope(envelope);
    expect(text.startsWith(envelopeHead('a-Z_09'))).toBe(true);
    expect(text.startsWith(envelopeHead('a-Z_0'))).toBe(false);
  });

  it.each(['{"n":1}', 'null', '"\x02"', '', '\x01lease'])('no envelope is seen in %j', (text) => {
    expect(decodeEnvelope(text)).toBeUndefined();
  });

  it.each([
    '\x02',
    '\x02id;1;2;br',
    '\x02id;-1;2;\n1',
    '\x02id;1;2\n1',
    `\x02${'x'.repeat(65)};1;2;\n1`,
    `\x02id;1;2;${'9'.repeat(200)}\n1`,
  ])('the envelope %j is corrupt', (text) => {
    expect(decodeEnvelope(text)).toBe('corrupt');
  });
});
