import { describe, expect, it } from '@jest/globals';
import { ClientAddresses } from './client-address.js';
import { parseAddress } from './parse-address.js';

describe('parseAddress', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    [' 192.0.2.7 ', '192.0.2.7'],
    ['192.0.2.7:51234', '192.0.2.7'],
    ['"192.0.2.7:51234"', '192.0.2.7'],
    ['192.0.2.7:_obfuscated', '192.0.2.7'],
    ['2001:DB8::1', '2001:db8::1'],
    ['2001:0db8:0:0:0:0:0:1', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['[2001:db8::1]:51234', '2001:db8::1'],
    ['"[2001:db8::1]:51234"', '2001:db8::1'],
    ['"\\[2001:db8::1]"', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['[fe80::1%eth0]:80', 'fe80::1'],
    ['[fe80::1%25eth0]', 'fe80::1'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['::FFFF:c000:207', '192.0.2.7'],
    ['[::ffff:192.0.2.7]:80', '192.0.2.7'],
    ['::', '::'],
  ])('the address %s is read as %s', (text, address) => {
    expect(parseAddress(text)).toBe(address);
  });

  it.each([
    ...['', ' ', 'unknown', '_hidden', 'localhost', 'example.org', '192.0.2', '192.0.2.256'],
    ...['01.2.3.4', '0x7f.1.1.1', '3221225985', '192.0.2.7:', '192.0.2.7:123456', '192.0.2.7:x'],
    ...['192.0.2.7/24', '192.0.2.7 192.0.2.8', '2001:db8', '[2001:db8::1', '2001:db8::1]'],
    ...['[192.0.2.7]', '[2001:db8::1]x', '[2001:db8::1]:', '"192.0.2.7', '2001:db8::1%', ':::'],
    ...[
      '192.0.2.7%eth0',
      '192.0.2.7\u0000',
      '１９２.0.2.7',
      'for=192.0.2.7',
      `${'1'.repeat(9_999)}`,
    ],
  ])('the text %j is no address', (text) => {
    expect(parseAddress(text)).toBeUndefined();
  });
});

describe('the address of a client', () => {
  const PROXY = '10.0.0.1';
  const of = (
    headers: Readonly<Record<string, string>>,
    remoteAddress = PROXY,
    trusted: readonly string[] = ['10.0.0.0/8', 'loopback', 'fd00::/8'],
  ) => new ClientAddresses(trusted).of({ headers, socket: { remoteAddress } });

  it('the address of a client is the connection’s own while no proxy is trusted, or another one sends it', () => {
    const headers = { 'x-forwarded-for': '192.0.2.7', forwarded: 'for=192.0.2.7' };
    expect(of(headers, PROXY, [])).toBe(PROXY);
    expect(of(headers, '203.0.113.9')).toBe('203.0.113.9');
    expect(of(headers, '::ffff:203.0.113.9')).toBe('203.0.113.9');
    expect(of({}, '::ffff:10.0.0.1')).toBe(PROXY);
  });

  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['192.0.2.7:51234', '192.0.2.7'],
    ['[2001:db8::1]:51234', '2001:db8::1'],
    ['1.1.1.1, 192.0.2.7', '192.0.2.7'],
    ['192.0.2.7, 10.1.1.1:80', '192.0.2.7'],
    ['192.0.2.7, [fd00::5%eth1]:80, 127.0.0.1', '192.0.2.7'],
    ['192.0.2.7,10.9.9.9,10.1.1.1', '192.0.2.7'],
    ['10.9.9.9, 10.1.1.1', '10.9.9.9'],
  ])(
    'the address of a client is what trusted proxies name in X-Forwarded-For: %s',
    (header, address) => {
      expect(of({ 'x-forwarded-for': header })).toBe(address);
      expect(of({ 'x-forwarded-for': header }, '::1')).toBe(address);
    },
  );

  it.each([
    ['unknown', PROXY],
    ['', PROXY],
    ['192.0.2.7,', PROXY],
    ['192.0.2.7, junk', PROXY],
    ['192.0.2.7, junk, 10.1.1.1', '10.1.1.1'],
    ['192.0.2.7 192.0.2.8', PROXY],
  ])('the address of a client is the proxy itself when that names junk: %s', (header, address) => {
    expect(of({ 'x-forwarded-for': header })).toBe(address);
  });

  it.each([
    ['for=192.0.2.7', '192.0.2.7'],
    ['For="192.0.2.7:51234";proto=https;by=10.0.0.1', '192.0.2.7'],
    ['proto=https; for="[2001:db8::1]:51234"', '2001:db8::1'],
    ['for=1.1.1.1, for=192.0.2.7', '192.0.2.7'],
    ['for=192.0.2.7, for=10.1.1.1;by="a,b;for=1.1.1.1"', '192.0.2.7'],
    ['for=192.0.2.7, for="_a\\"b, for=1.1.1.1"', PROXY],
    ['for=unknown', PROXY],
    ['for=_hidden', PROXY],
    ['proto=https', PROXY],
    ['for=192.0.2.7;for=192.0.2.8', PROXY],
    ['for="192.0.2.7', PROXY],
    ['192.0.2.7', PROXY],
    ['', PROXY],
  ])('the address of a client is what trusted proxies name in Forwarded: %s', (header, address) => {
    expect(of({ forwarded: header })).toBe(address);
  });

  it('the address of a client is the proxy itself when the two headers disagree: one of them may be the caller’s', () => {
    const both = (xff: string, forwarded: string) => of({ 'x-forwarded-for': xff, forwarded });
    expect(both('192.0.2.7', 'for=192.0.2.7')).toBe('192.0.2.7');
    expect(both('192.0.2.7', 'for=192.0.2.8')).toBe(PROXY);
    expect(both('192.0.2.7', 'for=unknown')).toBe(PROXY);
    expect(both('unknown', 'for=192.0.2.7')).toBe(PROXY);
  });

  it('the address of a client understands every way of TRUST_PROXY', () => {
    const header = { 'x-forwarded-for': '192.0.2.7' };
    const trusted: readonly (readonly [string, string])[] = [
      ...([
        ['10.0.0.1', '10.0.0.1'],
        ['10.0.0.0/8', '10.200.0.1'],
      ] as const),
      ...([
        ['loopback', '127.0.0.9'],
        ['loopback', '::1'],
      ] as const),
      ...([
        ['linklocal', '169.254.1.1'],
        ['linklocal', 'fe80::1%eth0'],
      ] as const),
      ...([
        ['uniquelocal', '172.31.0.1'],
        ['uniquelocal', 'fd12::1'],
      ] as const),
      ...([
        ['uniquelocal', '192.168.0.1'],
        ['2001:db8::/32', '2001:db8:9::1'],
      ] as const),
      ...([
        ['::ffff:10.0.0.1', '10.0.0.1'],
        ['::ffff:10.0.0.0/104', '10.3.0.1'],
      ] as const),
    ];
    for (const [entry, proxy] of trusted) expect(of(header, proxy, [entry])).toBe('192.0.2.7');
    expect(of(header, '172.32.0.1', ['uniquelocal'])).toBe('172.32.0.1');
  });

  it('the address of a client takes linear time, whatever is sent', () => {
    const hops = Array(2_000).fill('10.0.0.2').join(', ');
    expect(of({ 'x-forwarded-for': `192.0.2.7, ${hops}` })).toBe('192.0.2.7');
    expect(of({ forwarded: 'for="'.repeat(3_000) })).toBe(PROXY);
  });
});
