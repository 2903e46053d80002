import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { TRANSACTION_CONTRACT } from '../../libs/cache/test/support/transaction-contract.js';

const PROGRAM = [
  ...['--import', './tools/typescript.mjs', 'verify/transactions/transactions.main.ts'],
  ...['--libraries', 'nestjs-cls'],
];

describe('npm run verify:transactions', () => {
  it('the cache keeps every rule of the contract in transactions of @nestjs-cls/transactional', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, PROGRAM);
    const kept = Object.keys(TRANSACTION_CONTRACT).map((rule) => `kept    nestjs-cls: ${rule}`);
    expect(stdout.trim().split('\n')).toEqual(kept);
  });
});
