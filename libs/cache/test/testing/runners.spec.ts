import { describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const run = promisify(execFile);

/** Runs a file under node:test; says how many tests passed and failed. */
async function nodeTest(file: string): Promise<Record<string, number>> {
  // The variable marks a child that runs inside of another `node --test`.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const args = ['--import', './tools/typescript.mjs', '--test', '--test-reporter=tap', file];
  const { stdout } = await run(process.execPath, args, { cwd: root, env });
  const figure = (name: string): number =>
    Number(new RegExp(`^# ${name} (\\d+)$`, 'm').exec(stdout)?.[1]);
  return { passed: figure('pass'), failed: figure('fail'), skipped: figure('skipped') };
}

describe('The testing door', () => {
  it('the testing door serves users of node:test: a Nest module, the fake clock and the store contract', async () => {
    const { passed, failed, skipped } = await nodeTest('libs/cache/test/testing/node-test.main.ts');
    expect(passed).toBeGreaterThan(20);
    expect({ failed, skipped }).toEqual({ failed: 0, skipped: 0 });
  });
});
