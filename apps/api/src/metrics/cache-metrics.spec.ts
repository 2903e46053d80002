import { describe, expect, it } from '@jest/globals';
import { CACHE_METRICS } from './cache-metrics.js';

/** The guide's own names, which are older than the conventions. */
const OF_THE_GUIDE = ['cache_hit_rate', 'cache_keys_total', 'cache_memory_bytes'];

describe('the metrics of the cache', () => {
  it('the names of metrics are distinct and follow the conventions of Prometheus', () => {
    const names = CACHE_METRICS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { name, type, help } of CACHE_METRICS) {
      expect(name).toMatch(/^cache_[a-z_]+$/);
      expect(help).toMatch(/^[A-Z].*[^.]$/);
      if (OF_THE_GUIDE.includes(name)) continue;
      expect([name, name.endsWith('_total')]).toEqual([name, type === 'counter']);
      if (type === 'histogram') expect(name).toMatch(/_seconds$/);
      expect(name).not.toMatch(/_(ms|milliseconds|kb|count|sum|bucket)(_|$)/);
    }
  });
});
