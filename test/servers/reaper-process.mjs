/**
 * Outlives its owner by a moment. It reads one JSON command a line on its standard input; when that
 * input ends, however the owner ended, it removes everything that is still on the list.
 *
 * A signal handler in the owner is not enough: SIGKILL and a crashed V8 run no handlers.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

const TIMEOUT_MS = 3_000;
const watched = new Map();

for await (const line of createInterface({ input: process.stdin })) {
  const { command, id, item } = JSON.parse(line);
  if (command === 'watch') watched.set(id, item);
  else watched.delete(id);
}

const items = [...watched.values()];
await Promise.all(items.filter(({ pid }) => pid !== undefined).map(endProcess));
for (const { container } of items) {
  if (container === undefined) continue;
  attempt(() => execFileSync('docker', ['rm', '--force', '--volumes', container]));
}
for (const { directory } of items) {
  if (directory === undefined) continue;
  // The dying server may still write for an instant, hence the retries.
  attempt(() => rmSync(directory, { recursive: true, force: true, maxRetries: 20 }));
}

/** By the signal that lets it release its shared memory; by force if that does not help. */
async function endProcess({ pid, signal }) {
  const tree = [pid, ...childrenOf(pid)];
  for (const member of tree) attempt(() => process.kill(member, 'SIGCONT'));
  attempt(() => process.kill(pid, signal));
  for (const end = Date.now() + TIMEOUT_MS; isAlive(pid) && Date.now() < end;) await sleep(20);
  for (const member of tree) attempt(() => process.kill(member, 'SIGKILL'));
}

function childrenOf(pid) {
  try {
    const listing = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
    return listing.split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

function isAlive(pid) {
  if (!attempt(() => process.kill(pid, 0))) return false;
  // Ended, but not yet reaped by the process that inherited it: a container's init may never do that.
  return !attempt(() => assertZombie(pid));
}

function assertZombie(pid) {
  const state = /^State:\s+(\w)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  if (state !== 'Z') throw new Error(`process ${pid} is in state ${state}`);
}

/** What is gone already is what is wanted. */
function attempt(action) {
  try {
    action();
    return true;
  } catch {
    return false;
  }
}
