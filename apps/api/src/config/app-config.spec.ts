import { describe, expect, it } from '@jest/globals';
import type { InvalidationLog } from '@gad/cache/store';
import { readAppConfig } from './app-config.js';
import { cacheOptions } from './cache-options.js';
import { ConfigurationError } from './parse-environment.js';

const SECRET = 'x'.repeat(32);

describe('readAppConfig', () => {
  it('readAppConfig gives the embedded defaults when nothing is set', () => {
    expect(readAppConfig({})).toMatchObject({
      nodeEnv: 'development',
      http: { port: 3000, corsOrigins: false },
      redis: undefined,
      database: { url: undefined },
      dataDir: '.data',
      demoData: true,
      cache: {
        prefix: 'gad:',
        deadlineMs: 50,
        compressionThreshold: 16_384,
        consistency: 'strict',
      },
      doctor: { hitRate: 0.6, memoryMb: 200, keys: 10_000 },
      events: { retentionHours: 24 },
      jwt: { secret: undefined },
    });
  });

  it('readAppConfig warms the cache by itself in production, and where it is asked for', () => {
    const production = { NODE_ENV: 'production', JWT_SECRET: SECRET };
    const warms = (source: Record<string, string>) => readAppConfig(source).cache.warming;
    expect([warms({}), warms(production)]).toEqual([false, true]);
    expect(warms({ CACHE_WARMING: 'true' })).toBe(true);
    expect(warms({ ...production, CACHE_WARMING: 'false' })).toBe(false);
    expect(readAppConfig({}).cache.warmReadyMs).toBe(0);
    expect(() => readAppConfig({ CACHE_WARM_READY_MS: '-1' })).toThrow(/CACHE_WARM_READY_MS/);
  });

  it('readAppConfig keeps demo data to this machine, unless it is asked for by hand', () => {
    const open = ['0.0.0.0', '::', '192.168.1.5', 'gad.example.org', '127.0.0.1.example.org'];
    for (const HOST of open) {
      expect(() => readAppConfig({ HOST })).toThrow(
        /^HOST is .*: set DEMO_DATA=false, or DEMO_DATA=true/,
      );
      expect(readAppConfig({ HOST, DEMO_DATA: 'true' }).demoData).toBe(true);
      expect(readAppConfig({ HOST, DEMO_DATA: 'false' }).demoData).toBe(false);
      expect(readAppConfig({ HOST, DATABASE_URL: 'postgres://h/gad' }).demoData).toBe(false);
      expect(readAppConfig({ HOST, NODE_ENV: 'production', JWT_SECRET: SECRET }).demoData).toBe(
        false,
      );
    }
    for (const HOST of ['127.0.0.1', 'localhost', '::1', '127.8.9.10']) {
      expect(readAppConfig({ HOST }).demoData).toBe(true);
    }
  });

  it('readAppConfig takes ADMIN_EMAIL and ADMIN_PASSWORD_FILE together or not at all', () => {
    const [ADMIN_EMAIL, ADMIN_PASSWORD_FILE] = ['a@example.org', '/run/secrets/admin'];
    expect(readAppConfig({}).firstAdmin).toBeUndefined();
    expect(readAppConfig({ ADMIN_EMAIL, ADMIN_PASSWORD_FILE }).firstAdmin).toEqual({
      email: ADMIN_EMAIL,
      passwordFile: ADMIN_PASSWORD_FILE,
    });
    expect(() => readAppConfig({ ADMIN_EMAIL })).toThrow(/^ADMIN_PASSWORD_FILE is needed/);
    expect(() => readAppConfig({ ADMIN_PASSWORD_FILE })).toThrow(/^ADMIN_EMAIL is needed/);
    expect(() => readAppConfig({ ADMIN_EMAIL: 'root', ADMIN_PASSWORD_FILE })).toThrow(
      /^ADMIN_EMAIL must be an e-mail address/,
    );
  });

  it('readAppConfig builds the Redis URL out of the guide’s variables', () => {
    expect(readAppConfig({ REDIS_HOST: 'localhost' }).redis).toEqual({
      url: 'redis://localhost:6381/0',
    });
    expect(
      readAppConfig({
        REDIS_HOST: '::1',
        REDIS_PORT: '7000',
        REDIS_DB: '3',
        REDIS_PASSWORD: 'a:b@c/ñ',
      }).redis,
    ).toEqual({ url: 'redis://:a%3Ab%40c%2F%C3%B1@[::1]:7000/3' });
    expect(readAppConfig({ REDIS_URL: 'rediss://:p@cache.example:6380/1' }).redis).toEqual({
      url: 'rediss://:p@cache.example:6380/1',
    });
  });

  it('readAppConfig makes a secured URL with a user of its own', () => {
    expect(
      readAppConfig({
        REDIS_HOST: 'h',
        REDIS_USERNAME: 'gad',
        REDIS_PASSWORD: 'p',
        REDIS_TLS: 'true',
      }).redis,
    ).toEqual({ url: 'rediss://gad:p@h:6381/0' });
  });

  it('readAppConfig finds Redis through Sentinel, with what the master and the Sentinels ask for', () => {
    expect(readAppConfig({ REDIS_SENTINELS: 'one:26379' }).redis).toEqual({
      sentinels: [{ host: 'one', port: 26379 }],
      master: 'mymaster',
      database: 0,
      tls: false,
    });
    expect(
      readAppConfig({
        REDIS_SENTINELS: 'one:26379, [::1]:26380',
        REDIS_SENTINEL_MASTER: 'gad',
        REDIS_DB: '3',
        REDIS_USERNAME: 'u',
        REDIS_PASSWORD: 'p',
        REDIS_TLS: 'true',
        REDIS_SENTINEL_PASSWORD: 's',
      }).redis,
    ).toEqual({
      sentinels: [
        { host: 'one', port: 26379 },
        { host: '::1', port: 26380 },
      ],
      master: 'gad',
      database: 3,
      username: 'u',
      password: 'p',
      tls: true,
      sentinelOptions: { password: 's' },
    });
  });

  it('readAppConfig trusts the proxies that are listed, and by default none', () => {
    expect(readAppConfig({}).http.trustedProxies).toEqual([]);
    expect(
      readAppConfig({ TRUST_PROXY: 'loopback, 10.0.0.0/8, fd00::/8' }).http.trustedProxies,
    ).toEqual(['loopback', '10.0.0.0/8', 'fd00::/8']);
  });

  it('readAppConfig treats an empty variable as absent', () => {
    expect(readAppConfig({ REDIS_HOST: '', REDIS_PASSWORD: ' ', PORT: '' })).toMatchObject({
      redis: undefined,
      http: { port: 3000 },
    });
  });

  it('readAppConfig makes demo data by itself only with the embedded database, and never in production', () => {
    const DATABASE_URL = 'postgres://localhost/gad';
    expect(readAppConfig({ DATABASE_URL }).demoData).toBe(false);
    expect(readAppConfig({ DATABASE_URL, DEMO_DATA: 'true' }).demoData).toBe(true);
    expect(readAppConfig({ DEMO_DATA: 'false' }).demoData).toBe(false);
    expect(readAppConfig({ NODE_ENV: 'production', JWT_SECRET: SECRET }).demoData).toBe(false);
  });

  it('readAppConfig follows the log unless neither database nor store can be shared', () => {
    const log = {} as InvalidationLog; // handed through
    const followed = (variables: Record<string, string>) =>
      cacheOptions(readAppConfig(variables), log).invalidationLog === log;
    expect(followed({})).toBe(false);
    expect(followed({ REDIS_HOST: 'localhost' })).toBe(true);
    expect(followed({ DATABASE_URL: 'postgres://localhost/gad' })).toBe(true);
    const bounded = readAppConfig({ REDIS_HOST: 'h', CACHE_CONSISTENCY: 'bounded' });
    expect(cacheOptions(bounded, log).consistency).toBe('bounded');
  });

  it('readAppConfig compresses no values when the threshold is 0', () => {
    const off = readAppConfig({ CACHE_COMPRESSION_THRESHOLD: '0' });
    expect(cacheOptions(off).compression).toBe('off');
    const on = readAppConfig({ CACHE_COMPRESSION_THRESHOLD: '4096' });
    expect(cacheOptions(on).compression).toEqual({ threshold: 4_096 });
    expect(() => readAppConfig({ CACHE_COMPRESSION_THRESHOLD: '-1' })).toThrow(
      /CACHE_COMPRESSION_THRESHOLD must be a whole number of bytes, 0 for no compression/,
    );
  });

  it('readAppConfig lists CORS origins', () => {
    expect(readAppConfig({ CORS_ORIGINS: '*' }).http.corsOrigins).toBe(true);
    expect(
      readAppConfig({ CORS_ORIGINS: 'https://a.example, http://localhost:4200' }).http.corsOrigins,
    ).toEqual(['https://a.example', 'http://localhost:4200']);
  });

  it('readAppConfig brings CORS origins into the form that browsers send', () => {
    for (const [written, sent] of [
      ['https://App.Example.org', 'https://app.example.org'],
      ['HTTPS://app.example.org:443', 'https://app.example.org'],
      ['http://app.example.org:80/', 'http://app.example.org'],
      ['https://app.example.org:08443', 'https://app.example.org:8443'],
      ['https://bücher.example', 'https://xn--bcher-kva.example'],
      ['http://[0:0::1]:3000', 'http://[::1]:3000'],
    ] as const) {
      expect(readAppConfig({ CORS_ORIGINS: written }).http.corsOrigins).toEqual([sent]);
    }
  });

  it.each([
    ...[
      'https://a.example/path',
      'https://a.example?',
      'https://a.example#',
      'https://u:p@a.example',
    ],
    ...['https://*.example', '*,https://a.example', 'https://a.example,', 'https://a b', 'null'],
    ...['ftp://a.example', 'https:a.example', 'https://', 'https://a.example:99999', '//a.example'],
    ...['https://a.example https://b.example', 'https://a.example\\x', 'https://a%zz'],
  ])('readAppConfig refuses %j as a CORS origin: no browser sends it', (list) => {
    expect(() => readAppConfig({ CORS_ORIGINS: list })).toThrow(
      /^CORS_ORIGINS must be \* or a comma-separated list of origins .* is none\)\.$/,
    );
  });

  it('serves documents, but in production only with DOCS=on', () => {
    const secret = { JWT_SECRET: 'x'.repeat(48) };
    const docs = (more: Record<string, string>) => readAppConfig({ ...secret, ...more }).http.docs;
    expect(docs({})).toBe(true);
    expect(docs({ DOCS: 'off' })).toBe(false);
    expect(docs({ NODE_ENV: 'production' })).toBe(false);
    expect(docs({ NODE_ENV: 'production', DOCS: 'on' })).toBe(true);
    expect(() => docs({ DOCS: 'yes' })).toThrow(/^DOCS must be on or off/);
  });

  it('readAppConfig cannot be changed afterwards', () => {
    const config = readAppConfig({});
    expect(() => Object.assign(config.http, { port: 1 })).toThrow(TypeError);
  });

  it.each([
    ['PORT', '70000', /^PORT must be a port between 0 and 65535 \(it is 70000\)\.$/],
    ['PORT', '0x50', /^PORT must be a port/],
    ['PORT', '80 80', /^PORT must be a port/],
    ['REDIS_PORT', '0', /^REDIS_PORT must be a port/],
    ['REDIS_DB', '-1', /^REDIS_DB must be a database number/],
    ['REDIS_URL', 'http://x', /^REDIS_URL must start with redis:\/\/ or rediss:\/\//],
    ['REDIS_URL', 'redis://:pa ss@x', /^REDIS_URL must start/],
    ['REDIS_SENTINELS', 'one', /^REDIS_SENTINELS must be a comma-separated list of host:port/],
    ['REDIS_SENTINELS', 'one:26379;two:26379', /^REDIS_SENTINELS must be a comma-separated list/],
    ['REDIS_SENTINELS', 'one:0', /^REDIS_SENTINELS must have ports between 1 and 65535\.$/],
    ['REDIS_SENTINEL_MASTER', 'my master', /^REDIS_SENTINEL_MASTER must be the name/],
    ['REDIS_TLS', 'yes', /^REDIS_TLS must be true or false/],
    ['TRUST_PROXY', 'true', /^TRUST_PROXY must be a comma-separated list of addresses/],
    ['TRUST_PROXY', '10.0.0.0/33', /^TRUST_PROXY must be/],
    ['TRUST_PROXY', '0.0.0.0/0', /^TRUST_PROXY must be/],
    ['REDIS_HOST', 'a b', /^REDIS_HOST must be a host name/],
    ['REDIS_HOST', 'a/b', /^REDIS_HOST must /],
    ['REDIS_URL', 'redis://h:6379/cache', /^REDIS_URL must .*[^.]\.$/],
    ['REDIS_URL', 'redis://:a%b@h:6379/0', /^REDIS_URL must have a % of .* written as %25\.$/],
    ['CACHE_PREFIX', 'a b', /^CACHE_PREFIX must be 1 to 64 printable ASCII/],
    ['CACHE_WARN_HIT_RATE', '60', /^CACHE_WARN_HIT_RATE must be a number from 0 to 1/],
    ['CACHE_WARN_HIT_RATE', '-0.1', /^CACHE_WARN_HIT_RATE must be a number from 0 to 1/],
    ['CACHE_WARN_MEMORY_MB', '0', /^CACHE_WARN_MEMORY_MB must be between 1 and 1000000/],
    ['CACHE_WARN_KEYS', '1e4', /^CACHE_WARN_KEYS must be between 1 and 1000000000 keys/],
    ['CACHE_CONSISTENCY', 'eventual', /^CACHE_CONSISTENCY must be one of strict, bounded/],
    ['EVENTS_RETENTION_HOURS', '0', /^EVENTS_RETENTION_HOURS must be between 1 and 8760 hours/],
    ['CACHE_LOCAL', '60', /^CACHE_LOCAL must be true or false \(it is "60"\)\.$/],
    ['DATABASE_URL', 'mysql://x', /^DATABASE_URL must start with postgres:\/\//],
    ['DEMO_DATA', '1', /^DEMO_DATA must be true or false \(it is "1"\)\.$/],
    ['CORS_ORIGINS', 'example.org', /^CORS_ORIGINS must be \* or a comma-separated list/],
    ['NODE_ENV', 'prod', /^NODE_ENV must be one of development, test, production/],
    ['JWT_SECRET', 'short', /^JWT_SECRET must be at least 32 random bytes/],
    ['JWT_ACCESS_TTL', '0', /^JWT_ACCESS_TTL must be/],
    ['BODY_LIMIT', '1', /^BODY_LIMIT must be at least 1024 bytes/],
  ])(
    'readAppConfig refuses %s=%s with one sentence that names the variable',
    (name, value, sentence) => {
      const read = () => readAppConfig({ [name]: value });
      expect(read).toThrow(ConfigurationError);
      expect(read).toThrow(sentence);
    },
  );

  it('readAppConfig wants a secret in production, and refuses demo users there', () => {
    expect(() => readAppConfig({ NODE_ENV: 'production' })).toThrow(
      /^JWT_SECRET is required when NODE_ENV=production/,
    );
    expect(() =>
      readAppConfig({ NODE_ENV: 'production', JWT_SECRET: SECRET, DEMO_DATA: 'true' }),
    ).toThrow(/^DEMO_DATA must not be true/);
  });

  it('readAppConfig refuses two ways to name one Redis', () => {
    expect(() => readAppConfig({ REDIS_URL: 'redis://a', REDIS_HOST: 'b' })).toThrow(
      /^REDIS_URL and REDIS_HOST are both set/,
    );
    expect(() => readAppConfig({ REDIS_SENTINELS: 'a:1', REDIS_HOST: 'b' })).toThrow(
      /^REDIS_SENTINELS and REDIS_HOST are both set/,
    );
  });

  it('readAppConfig does not repeat secrets in its sentences', () => {
    for (const [name, value] of Object.entries({
      JWT_SECRET: 'hunter2',
      DATABASE_URL: 'mysql://u:hunter2@h/d',
      REDIS_URL: 'http://:hunter2@h',
    })) {
      expect(() => readAppConfig({ [name]: value })).toThrow(
        expect.objectContaining({ message: expect.not.stringContaining('hunter2') }),
      );
    }
  });
});
