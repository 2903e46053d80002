import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../tools/test-summary.mjs', import.meta.url));

describe('the last line of a CI run', () => {
  let folder: string;

  const report = (passed: number, failed: number, suitesThatDidNotRun = 0): string => {
    const path = join(folder, 'report.json');
    const numbers = { numPassedTests: passed, numFailedTests: failed };
    writeFileSync(
      path,
      JSON.stringify({ ...numbers, numRuntimeErrorTestSuites: suitesThatDidNotRun }),
    );
    return path;
  };
  const summarise = (...args: string[]): { line: string; status: number | null } => {
    const { stdout, status } = spawnSync(process.execPath, [program, ...args], {
      encoding: 'utf8',
    });
    return { line: stdout, status };
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'gad-summary-'));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('the last line of a CI run counts what passed', () => {
    expect(summarise(report(12, 0))).toEqual({ line: '12 passed, 0 failed\n', status: 0 });
  });

  it('the last line of a CI run is a failure when a test failed', () => {
    expect(summarise(report(12, 3))).toEqual({ line: '12 passed, 3 failed\n', status: 1 });
  });

  it('the last line of a CI run counts a suite that could not be loaded as a failure', () => {
    expect(summarise(report(12, 0, 1))).toEqual({ line: '12 passed, 1 failed\n', status: 1 });
  });

  it('the last line of a CI run counts a gate that failed as a failure', () => {
    expect(summarise('--failed', '1', report(12, 0))).toEqual({
      line: '12 passed, 1 failed\n',
      status: 1,
    });
  });

  it('the last line of a CI run is a failure when no test ran', () => {
    expect(summarise(report(0, 0))).toEqual({ line: '0 passed, 0 failed\n', status: 1 });
  });

  it('the last line of a CI run is a failure when there is no report', () => {
    expect(summarise(join(folder, 'missing.json'))).toEqual({
      line: '0 passed, 1 failed\n',
      status: 1,
    });
  });
});
