import { describe, expect, it } from '@jest/globals';
import { readAppConfig } from '../config/app-config.js';
import { settingText } from './setting-text.js';

const setting = (variables: Record<string, string>, option: string, value: string) =>
  settingText(readAppConfig(variables))(option, value);

describe('settingText', () => {
  it.each([
    ['deadlineMs', '200', 'CACHE_DEADLINE_MS=200'],
    ['compression.threshold', '0', 'CACHE_COMPRESSION_THRESHOLD=0'],
    ['local', 'true', 'CACHE_LOCAL=true'],
    ['warn.keys', '20', 'CACHE_WARN_KEYS=20'],
    ['retentionHours', '48', 'EVENTS_RETENTION_HOURS=48'],
    ['redis.database', '1', 'REDIS_DB=1'],
    ['redis.address', 'db-1:6379', 'REDIS_HOST=db-1 REDIS_PORT=6379'],
    ['anything.else', '1', undefined],
  ])('settingText names the variable of %s', (option, value, text) => {
    expect(setting({ REDIS_HOST: 'localhost' }, option, value)).toBe(text);
  });

  it('settingText changes the part of REDIS_URL that is wrong, and shows no password', () => {
    const plain = { REDIS_URL: 'redis://localhost:6381' };
    expect(setting(plain, 'redis.database', '1')).toBe('REDIS_URL=redis://localhost:6381/1');
    const secret = { REDIS_URL: 'rediss://gad:secret@db-1:6379/2' };
    expect(setting(secret, 'redis.address', 'db-2:6380')).toBe(
      'REDIS_URL=rediss://gad:<password>@db-2:6380/2',
    );
  });

  it('settingText knows no address behind Sentinel', () => {
    const sentinels = { REDIS_SENTINELS: 's-1:26379' };
    expect(setting(sentinels, 'redis.address', 'db-2:6380')).toBeUndefined();
    expect(setting(sentinels, 'redis.database', '3')).toBe('REDIS_DB=3');
  });
});
