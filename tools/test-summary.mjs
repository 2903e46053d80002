/**
 * Prints "N passed, N failed" from jest's JSON reports and ends with 1 unless something passed and
 * nothing failed. A suite that could not run at all, and a report that is missing, count as one
 * failure each: a run that did not look must not look like a run that found nothing.
 *
 *   node tools/test-summary.mjs [--failed <other failures>] <report.json> …
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  options: { failed: { type: 'string', default: '0' } },
  allowPositionals: true,
});

let passed = 0;
let failed = Number(values.failed);
for (const path of positionals) {
  const report = read(path);
  passed += report?.numPassedTests ?? 0;
  failed += report === undefined ? 1 : report.numFailedTests + report.numRuntimeErrorTestSuites;
}
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;

function read(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
