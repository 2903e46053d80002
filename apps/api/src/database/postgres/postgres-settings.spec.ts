import { describe, expect, it } from '@jest/globals';
import { dedicatedSettings, describeUrl, limitsOf, poolSettings } from './postgres-settings.js';

describe('describeUrl', () => {
  it.each([
    ['postgres://gad:s3cret@db.example.org:6543/gad?sslmode=require', 'db.example.org:6543/gad'],
    ['postgresql://localhost/gad', 'localhost:5432/gad'],
    ['postgres://gad:s3cret@[::1]:5433/gad', '[::1]:5433/gad'],
    ['postgres:///gad?host=/var/run/postgresql', '/var/run/postgresql:5432/gad'],
    ['postgres://host', 'host:5432'],
    ['postgres://gad:s3%ret@host/100%', 'host:5432/100%'],
    ['postgres://gad:s3cret@', 'localhost:5432'],
  ])('describeUrl shows where %s points and never the user or the password', (url, shown) => {
    expect(describeUrl(url)).toBe(shown);
  });
});

describe('poolSettings', () => {
  it('poolSettings bounds every wait of a request', () => {
    const settings = poolSettings('postgres://host/gad', { poolSize: 7, pooled: false });
    const limits = limitsOf('postgres://host/gad');
    expect(settings.max).toBe(7);
    for (const bound of [
      settings.connectionTimeoutMillis,
      settings.query_timeout,
      limits.statementMs,
      limits.idleInTransactionMs,
    ]) {
      expect(bound).toBeGreaterThan(0);
    }
    // Otherwise a statement is given up while the server still works on it.
    expect(settings.query_timeout).toBeGreaterThan(limits.statementMs);
  });

  it('poolSettings sends no parameter at connecting that a pooler may refuse', () => {
    for (const pooled of [true, false]) {
      const settings = poolSettings('postgres://host/gad', { poolSize: 7, pooled });
      expect(settings).not.toHaveProperty('statement_timeout');
      expect(settings).not.toHaveProperty('idle_in_transaction_session_timeout');
      expect(settings).not.toHaveProperty('options');
    }
  });

  it('poolSettings leaves the limits to the parameters in the URL', () => {
    const url = 'postgres://host/gad?statement_timeout=900&idle_in_transaction_session_timeout=700';
    expect(limitsOf(url)).toEqual({ statementMs: 900, idleInTransactionMs: 700 });
  });

  it('poolSettings gives migrations and bulk loads the time that they need', () => {
    const settings = dedicatedSettings('postgres://host/gad');
    expect(settings.statement_timeout).toBeUndefined();
    expect(settings.query_timeout).toBeUndefined();
  });
});
