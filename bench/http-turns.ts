import type { Answers, HttpLoad } from './http-client.js';
import { quantile, spread } from './measure.js';

/** A way to an answer, and the processor time that the process behind it has taken. */
export interface Subject {
  readonly ask: (load: HttpLoad) => Promise<Answers>;
  readonly cpu: () => Promise<NodeJS.CpuUsage>;
}

/** What one turn showed, per answer. */
export interface Turn extends Answers {
  /** Microseconds of processor time, of the process and of Redis. */
  readonly cpuUs: number;
  readonly redisUs: number;
}

/** Microseconds of processor time that Redis has taken so far. */
export type RedisTime = () => Promise<number>;

/** What each way showed in each round, without the first round, which warms up. */
export async function takeTurns(
  subjects: ReadonlyMap<string, Subject>,
  load: HttpLoad,
  redisTime: RedisTime,
  rounds: number,
): Promise<Map<string, Turn[]>> {
  const turns = new Map([...subjects.keys()].map((way): [string, Turn[]] => [way, []]));
  for (let round = -1; round < rounds; round++) {
    for (const [way, { ask, cpu }] of round % 2 === 0 ? subjects : [...subjects].reverse()) {
      const [used, redisBefore] = [await cpu(), await redisTime()];
      const answers = await ask(load);
      const per = (total: number): number => total / answers.answered;
      const redisUs = per((await redisTime()) - redisBefore);
      const since = await cpu();
      const cpuUs = per(since.user - used.user + since.system - used.system);
      if (round >= 0) turns.get(way)?.push({ ...answers, cpuUs, redisUs });
    }
  }
  return turns;
}

/** Prints what the ways showed; returns how many times the processor time of stored local takes. */
export function report(what: string, turns: ReadonlyMap<string, readonly Turn[]>): number {
  const stored = turns.get('stored') ?? [];
  const ratios = (way: string, of: (turn: Turn) => number): number[] =>
    (turns.get(way) ?? []).map((turn, round) => of(turn) / of(stored[round] ?? turn));
  console.log(what);
  for (const [way, each] of turns) {
    const figure = (of: (turn: Turn) => number, digits: number): string =>
      spread(each.map(of), digits);
    const [rate, cpu] = [({ perSecond }: Turn) => perSecond, ({ cpuUs }: Turn) => cpuUs];
    const columns = [
      `${figure(rate, 0)} a second, ${spread(ratios(way, rate), 2)} ×`,
      `processor ${figure(cpu, 1)} µs, ${spread(ratios(way, cpu), 2)} ×`,
      `Redis ${figure(({ redisUs }) => redisUs, 1)} µs`,
      `the client slept ${figure(({ sleeps }) => sleeps, 2)} times`,
    ];
    console.log(`  ${way.padEnd(8)} ${columns.join('; ')}`);
  }
  return quantile(
    ratios('local', ({ cpuUs }) => cpuUs),
    0.5,
  );
}
