import { describe, it } from '@jest/globals';
import { ownDatabase } from '../../../test/servers/suite-servers.js';
import { openDrizzle, openPg, openTypeOrm } from './support/libraries.js';
import { judgeRecord, RECORD_CONTRACT } from './support/record-contract.js';

const LIBRARIES = {
  'node-postgres': (rule: Rule, url: string) => judgeRecord(rule, url, openPg),
  Drizzle: (rule: Rule, url: string) => judgeRecord(rule, url, openDrizzle),
  TypeORM: (rule: Rule, url: string) => judgeRecord(rule, url, openTypeOrm),
};
type Rule = Parameters<typeof judgeRecord>[0];

describe.each(Object.entries(LIBRARIES))('The outbox in transactions of %s', (name, judge) => {
  it.each(Object.entries(RECORD_CONTRACT))(`${name}: %s`, async (_, rule) => {
    await judge(rule, await ownDatabase());
  });
});
