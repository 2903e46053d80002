import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import 'reflect-metadata';
import { readAppConfig } from '../apps/api/src/config/app-config.js';
import { VARIABLES } from '../apps/api/src/config/environment.js';

/** Shown with an example, because the default is to be absent. */
const WITHOUT_DEFAULT = [
  // Of two records, each with a default of its own.
  'AUDIT_RETENTION_DAYS',
  'ADMIN_EMAIL',
  'ADMIN_PASSWORD_FILE',
  ...['CORS_ORIGINS', 'TRUST_PROXY', 'REDIS_HOST', 'REDIS_USERNAME', 'REDIS_PASSWORD', 'REDIS_URL'],
  ...['REDIS_SENTINELS', 'REDIS_SENTINEL_USERNAME', 'REDIS_SENTINEL_PASSWORD'],
  ...['REDIS_CLUSTER', 'REDIS_CLUSTER_SHARDS', 'REDIS_CLUSTER_MAP'],
  ...['PUBLIC_URL', 'DATABASE_URL', 'DATABASE_DIRECT_URL', 'JWT_SECRET', 'METRICS_TOKEN'],
];

const text = readFileSync(new URL('../.env.example', import.meta.url), 'utf8');
const example = Object.fromEntries(
  [...text.matchAll(/^# ([A-Z_]+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]),
);

describe('.env.example', () => {
  it('.env.example shows every variable that the API reads, and no other', () => {
    expect(Object.keys(example).sort()).toEqual([...VARIABLES].sort());
  });

  it('.env.example changes nothing when it is copied as it is', () => {
    expect(text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))).toEqual([]);
  });

  it('.env.example shows the values that are in force without it', () => {
    const shown = Object.fromEntries(
      Object.entries(example).filter(([name]) => !WITHOUT_DEFAULT.includes(name)),
    );
    expect(readAppConfig(shown)).toEqual(readAppConfig({}));
    const host = { REDIS_HOST: 'localhost' };
    expect(readAppConfig({ ...shown, ...host })).toEqual(readAppConfig(host));
  });

  it('.env.example shows examples that the configuration accepts', () => {
    const { REDIS_URL, DATABASE_URL, CORS_ORIGINS, TRUST_PROXY, REDIS_SENTINELS } = example;
    expect(readAppConfig({ REDIS_URL }).redis).toEqual({ url: REDIS_URL });
    expect(readAppConfig({ DATABASE_URL }).database.url).toBe(DATABASE_URL);
    const { DATABASE_DIRECT_URL } = example;
    const both = readAppConfig({ DATABASE_URL, DATABASE_DIRECT_URL });
    expect(both.database.directUrl).toBe(DATABASE_DIRECT_URL);
    expect(readAppConfig({ CORS_ORIGINS }).http.corsOrigins).toEqual([CORS_ORIGINS]);
    expect(readAppConfig({ TRUST_PROXY }).http.trustedProxies).toEqual(TRUST_PROXY?.split(','));
    expect(readAppConfig({ REDIS_SENTINELS }).redis).toMatchObject({
      sentinels: [{ host: 'sentinel-1', port: 26379 }, {}, {}],
    });
    const { REDIS_CLUSTER, REDIS_CLUSTER_SHARDS, REDIS_CLUSTER_MAP } = example;
    const onCluster = { REDIS_CLUSTER, REDIS_CLUSTER_SHARDS, REDIS_CLUSTER_MAP };
    expect(readAppConfig(onCluster).redis).toMatchObject({
      cluster: { nodes: [{ host: 'redis-1', port: 6379 }, {}, {}], shards: 60 },
    });
  });
});
