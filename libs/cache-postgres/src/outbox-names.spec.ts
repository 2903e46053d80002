import { describe, expect, it } from '@jest/globals';
import { outboxMigration } from './outbox-migration.js';
import { quotedNames } from './outbox-names.js';

describe('The names of an outbox', () => {
  it('the names of an outbox follow from its table', () => {
    expect(quotedNames({ table: 'changes' })).toMatchObject({
      table: '"changes"',
      logTable: '"changes_log"',
      channel: '"changes"',
    });
  });

  it('the names of an outbox are quoted, so that no text in them is SQL', () => {
    const { table } = quotedNames({ schema: 'a"b', table: `x"; drop table y; --` });
    expect(table).toBe('"a""b"."x""; drop table y; --"');
  });

  it.each(['', 'x'.repeat(64), 'ñ'.repeat(32), 'a\0b', 7 as unknown as string])(
    'an outbox is refused the table %j, which PostgreSQL would not keep',
    (table) => {
      expect(() => outboxMigration({ table, logTable: 'l' })).toThrow(
        'table of the outbox must be a name of 1 to 63 bytes',
      );
    },
  );
});
