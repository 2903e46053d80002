import { readdir } from 'node:fs/promises';
import { afterEach, beforeEach, expect } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';

/** What this process holds of the system: sockets, timers, descriptors. */
export interface Resources {
  readonly sockets: number;
  readonly timers: number;
  readonly descriptors: number;
}

export async function resourcesNow(): Promise<Resources> {
  const active = process.getActiveResourcesInfo();
  const count = (kind: string): number => active.filter((name) => name === kind).length;
  const descriptors = await readdir('/proc/self/fd').catch(() => []);
  return {
    sockets: count('TCPSocketWrap'),
    timers: count('Timeout'),
    descriptors: descriptors.length,
  };
}

/** Asserts that nothing more is held than before; what is being closed gets some seconds. */
export async function expectNoMoreThan(before: Resources): Promise<void> {
  let now = await resourcesNow();
  const within = (): boolean =>
    now.sockets <= before.sockets &&
    now.timers <= before.timers &&
    now.descriptors <= before.descriptors;
  for (let attempt = 0; attempt < 100 && !within(); attempt++) {
    await sleep(50);
    now = await resourcesNow();
  }
  if (!within()) expect(now).toEqual(before);
}

/** Fails each test of the file that leaves an unhandled rejection or exception, or listeners. */
export function failOnLeaks(): void {
  const leaks: unknown[] = [];
  const note = (reason: unknown): void => void leaks.push(reason);
  const noteWarning = (warning: Error): void => {
    if (warning.name === 'MaxListenersExceededWarning') leaks.push(warning);
  };
  beforeEach(() => {
    leaks.length = 0;
    process.on('unhandledRejection', note);
    process.on('uncaughtException', note);
    process.on('warning', noteWarning);
  });
  afterEach(() => {
    process.off('unhandledRejection', note);
    process.off('uncaughtException', note);
    process.off('warning', noteWarning);
    expect(leaks).toEqual([]);
  });
}
