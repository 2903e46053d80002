/**
 * Runs the gates from cheap to dear and stops at the first that fails, with its output. One line a
 * gate otherwise.
 *
 *   node tools/check.mjs [--except <gate>,<gate>]
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const bin = (path) => fileURLToPath(new URL(`../node_modules/${path}`, import.meta.url));
const jest = [
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  bin('jest/bin/jest.js'),
];

const gates = [
  ['format', [bin('prettier/bin/prettier.cjs'), '--check', '--log-level', 'warn', '.']],
  ['lint', [bin('eslint/bin/eslint.js'), '.']],
  ['typecheck', [bin('typescript/bin/tsc'), '--noEmit', '-p', 'tsconfig.json']],
  ['console', [bin('typescript/bin/tsc'), '-p', 'apps/console']],
  ['browser', [bin('typescript/bin/tsc'), '-p', 'apps/console/test']],
  ['exports', [bin('knip/bin/knip.js'), '--no-progress']],
  ['laws', [...jest, '--selectProjects', 'laws']],
  ['build', ['tools/build-if-stale.mjs', '--force']],
  ['server', ['--import', './tools/typescript.mjs', 'tools/check-server.mjs']],
  ['package', ['tools/check-package.mjs']],
  ['install', ['--import', './tools/typescript.mjs', 'verify/package/package.main.ts', '--some']],
  ['tests', [...jest, '--ignoreProjects', 'laws']],
];

const except = process.argv.includes('--except')
  ? (process.argv[process.argv.indexOf('--except') + 1] ?? '').split(',')
  : [];

for (const [name, args] of gates) {
  if (except.includes(name)) continue;
  const begin = performance.now();
  const { code, output } = await run(args);
  const seconds = ((performance.now() - begin) / 1000).toFixed(1).padStart(6);
  process.stdout.write(`${name.padEnd(10)} ${seconds} s  ${code === 0 ? 'ok' : 'FAILED'}\n`);
  if (code !== 0) {
    process.stdout.write(output);
    process.exit(1);
  }
}

function run(args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    const chunks = [];
    child.stdout.on('data', (chunk) => chunks.push(chunk));
    child.stderr.on('data', (chunk) => chunks.push(chunk));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output: Buffer.concat(chunks).toString() }));
  });
}
