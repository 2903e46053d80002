/**
 * Runs the gates, two at a time where there are two processors, and stops at the first that fails,
 * with its output. One line a gate otherwise.
 *
 *   node tools/check.mjs [--except <gate>,<gate>]
 */
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const bin = (path) => fileURLToPath(new URL(`../node_modules/${path}`, import.meta.url));
const jest = [
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  bin('jest/bin/jest.js'),
];

const gates = [
  ['lint', [bin('eslint/bin/eslint.js'), '.']],
  ['format', [bin('prettier/bin/prettier.cjs'), '--check', '--log-level', 'warn', '.']],
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

/** What a gate waits for: the tests have the machine for themselves. */
const AFTER = { server: ['build'], tests: gates.map(([name]) => name).slice(0, -1) };

const waiting = gates.filter(([name]) => !except.includes(name));
const running = new Map();
const failed = [];
for (;;) {
  const next = running.size < Math.min(2, availableParallelism()) ? waiting.findIndex(isReady) : -1;
  if (next >= 0 && failed.length === 0) start(...waiting.splice(next, 1)[0]);
  else if (running.size > 0) await Promise.race(running.values());
  else break;
}
for (const output of failed) process.stdout.write(output);
if (failed.length > 0) process.exitCode = 1;

function isReady([name]) {
  const unfinished = [...waiting.map(([other]) => other), ...running.keys()];
  return !(AFTER[name] ?? []).some((other) => unfinished.includes(other));
}

function start(name, args) {
  const begin = performance.now();
  const ended = run(args).then(({ code, output }) => {
    const seconds = ((performance.now() - begin) / 1000).toFixed(1).padStart(6);
    process.stdout.write(`${name.padEnd(10)} ${seconds} s  ${code === 0 ? 'ok' : 'FAILED'}\n`);
    if (code !== 0) failed.push(output);
    running.delete(name);
  });
  running.set(name, ended);
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
