import { describe, expect, it } from '@jest/globals';
import { dedicatedSettings, describeUrl, poolSettings } from './postgres-settings.js';

describe('describeUrl', () => {
  it.each([
    ['postgres://gad:s3cret@db.example.org:6543/gad?sslmode=require', 'db.example.org:6543/gad'],
    ['postgresql://localhost/gad', 'localhost:5432/gad'],
    ['postgres://gad:s3cret@[::1]:5433/gad', '[::1]:5433/gad'],
    ['postgres:///gad?host=/var/run/postgresql', '/var/run/postgresql:5432/gad'],
    ['postgres://host', 'host:5432'],
    ['postgres://gad:s3%ret@host/100%', 'host:5432/100%'],
    ['postgres://gad:s3cret@', 'localhost:5432'],
  ])('shows where %s points and never the user or the password', (url, shown) => {
    expect(describeUrl(url)).toBe(shown);
  });
});

describe('poolSettings', () => {
  it('bounds every wait of a request', () => {
    const settings = poolSettings('postgres://host/gad', 7);
    expect(settings.max).toBe(7);
    for (const bound of [
      settings.connectionTimeoutMillis,
      settings.statement_timeout,
      settings.query_timeout,
      settings.idle_in_transaction_session_timeout,
    ]) {
      expect(bound).toBeGreaterThan(0);
    }
    // Otherwise a statement is given up while the server still works on it.
    expect(Number(settings.query_timeout)).toBeGreaterThan(Number(settings.statement_timeout));
  });

  it('gives migrations and bulk loads the time that they need', () => {
    const settings = dedicatedSettings('postgres://host/gad');
    expect(settings.statement_timeout).toBeUndefined();
    expect(settings.query_timeout).toBeUndefined();
  });
});
