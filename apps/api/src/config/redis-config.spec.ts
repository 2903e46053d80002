import { describe, expect, it } from '@jest/globals';
import { readAppConfig } from './app-config.js';

describe('redisSettings', () => {
  it('readAppConfig reads the nodes of a Cluster and maps what they announce', () => {
    const { redis } = readAppConfig({
      REDIS_CLUSTER: 'one:7001,[::1]:7002',
      REDIS_CLUSTER_MAP: '10.0.0.1:6379>localhost:7001, 10.0.0.2:6379>localhost:7002',
      REDIS_PASSWORD: 's',
    });
    if (redis === undefined || !('cluster' in redis)) throw new Error('no Cluster');
    const { mapAddress, ...cluster } = redis.cluster;
    expect({ ...redis, cluster }).toEqual({
      cluster: {
        nodes: [
          { host: 'one', port: 7001 },
          { host: '::1', port: 7002 },
        ],
        shards: 60,
      },
      password: 's',
      tls: false,
    });
    const announced = [
      { host: '10.0.0.2', port: 6379 },
      { host: '10.0.0.3', port: 6379 },
    ];
    expect(announced.map((node) => mapAddress?.(node))).toEqual([
      { host: 'localhost', port: 7002 },
      { host: '10.0.0.3', port: 6379 },
    ]);
  });

  it.each([
    [{ REDIS_URL: 'redis://h' }, /^REDIS_URL and REDIS_CLUSTER are both set/],
    [{ REDIS_HOST: 'h' }, /^REDIS_HOST and REDIS_CLUSTER are both set/],
    [{ REDIS_SENTINELS: 'h:1' }, /^REDIS_SENTINELS and REDIS_CLUSTER are both set/],
    [{ REDIS_DB: '1' }, /^REDIS_DB must be 0 with REDIS_CLUSTER/],
    [{ CACHE_PREFIX: '{gad}:' }, /^CACHE_PREFIX must have no braces with REDIS_CLUSTER/],
    [{ CACHE_LOCAL: 'true' }, /^CACHE_LOCAL must be false with REDIS_CLUSTER/],
  ])('readAppConfig refuses %j beside a Cluster', (beside, sentence) => {
    expect(() => readAppConfig({ REDIS_CLUSTER: 'a:1', ...beside })).toThrow(sentence);
  });

  it.each([
    ['REDIS_CLUSTER', 'one', /^REDIS_CLUSTER must be a comma-separated list of host:port/],
    ['REDIS_CLUSTER', 'one:0', /^REDIS_CLUSTER must have ports between 1 and 65535\.$/],
    ['REDIS_CLUSTER_SHARDS', '0', /^REDIS_CLUSTER_SHARDS must be a number of shards from 1/],
    ['REDIS_CLUSTER_SHARDS', '1025', /^REDIS_CLUSTER_SHARDS must be a number of shards from 1/],
    ['REDIS_CLUSTER_SHARDS', '12', /^REDIS_CLUSTER_SHARDS goes with REDIS_CLUSTER/],
    ['REDIS_CLUSTER_MAP', 'a:1=b:2', /^REDIS_CLUSTER_MAP must be a comma-separated list of ann/],
    ['REDIS_CLUSTER_MAP', 'a:1>b:2', /^REDIS_CLUSTER_MAP goes with REDIS_CLUSTER/],
  ])('readAppConfig refuses %s=%s', (name, value, sentence) => {
    expect(() => readAppConfig({ [name]: value })).toThrow(sentence);
  });
});
