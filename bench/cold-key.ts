/**
 * How many loads does a cold key cost a fleet? Four processes of 250 readers each ask for it at the
 * same moment, fifty times, with loaders of 5 to 200 ms.
 *
 *   npm run bench:cold-key
 */
import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startRedis } from '../test/servers/redis-server.js';
import { expectFigure, machine, openCache, spread } from './measure.js';

const PROCESSES = 4;
const READERS = 250;
const ROUNDS = 50;
const LOADER_MS = [5, 50, 200];

/** What a process is asked, and what it answers. */
interface Question {
  readonly key: string;
  readonly loaderMs: number;
}
interface Answer {
  readonly loads: number;
  readonly wrong: number;
  /** When the last reader had its value, and when the loader that ran here was done. */
  readonly servedAt: number;
  readonly loadedAt: number;
}

const url = process.argv[2];
if (url === undefined) await ask();
else await answer(url);

async function ask(): Promise<void> {
  const server = await startRedis();
  const readers: ChildProcess[] = [];
  try {
    for (let n = 0; n < PROCESSES; n++) {
      readers.push(fork(fileURLToPath(import.meta.url), [server.url]));
    }
    await Promise.all(readers.map((reader) => once(reader, 'message')));
    console.log(machine());
    let single = 0;
    let wrong = 0;
    const late: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const question = { key: `cold:${round}`, loaderMs: LOADER_MS[round % 3] ?? 0 };
      const answers = await Promise.all(readers.map((reader) => put(reader, question)));
      const loads = answers.reduce((sum, each) => sum + each.loads, 0);
      if (loads === 1) single++;
      else console.log(`round ${round}: ${loads} loads`);
      wrong += answers.reduce((sum, each) => sum + each.wrong, 0);
      const loadedAt = Math.max(...answers.map((each) => each.loadedAt));
      late.push(Math.max(...answers.map((each) => each.servedAt)) - loadedAt);
    }
    console.log(`last reader after the loader's end: ${spread(late, 1)} ms`);
    const fleet = `${PROCESSES} × ${READERS} readers of a cold key`;
    expectFigure(`${fleet}: exactly one load, ${single} of ${ROUNDS} times`, single === ROUNDS);
    expectFigure(`${fleet}: every caller has the loaded value`, wrong === 0);
  } finally {
    for (const reader of readers) reader.kill();
    await server.stop();
  }
}

async function put(reader: ChildProcess, question: Question): Promise<Answer> {
  reader.send(question);
  // Only `answer` below sends.
  const [reply] = (await once(reader, 'message')) as [Answer];
  return reply;
}

async function answer(serverUrl: string): Promise<void> {
  const cache = await openCache(serverUrl);
  process.on('message', (message) => {
    // Only `put` above sends.
    void readTogether(message as Question).then((reply) => process.send?.(reply));
  });
  process.send?.('ready');

  async function readTogether({ key, loaderMs }: Question): Promise<Answer> {
    let loads = 0;
    let loadedAt = 0;
    const load = async (): Promise<string> => {
      loads++;
      await sleep(loaderMs);
      loadedAt = now();
      return key;
    };
    const reads = Array.from({ length: READERS }, () => cache.getOrSet(key, load, { ttl: 60 }));
    const values = await Promise.all(reads);
    const wrong = values.filter((value) => value !== key).length;
    return { loads, wrong, servedAt: now(), loadedAt };
  }
}

/** Milliseconds on the machine's monotonic clock, comparable between processes. */
function now(): number {
  return Number(process.hrtime.bigint()) / 1_000_000;
}
