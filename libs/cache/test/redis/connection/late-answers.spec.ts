import { describe, expect, it } from '@jest/globals';
import type { RedisClient } from '@gad/cache/store';
import { silentLog } from '@gad/cache/store';
import { FakeClock, settle } from '@gad/cache/testing';
import { RedisConnection } from '../../../src/store/redis/connection/redis-connection.js';

/** A connection whose commands are answered when the test says so. */
async function connected() {
  const clock = new FakeClock();
  const sent: { command: string; answer: (reply: string) => void }[] = [];
  const ready: (() => void)[] = [];
  const client: RedisClient = {
    isReady: true,
    send: ([verb = '']) =>
      new Promise((answer) => void sent.push({ command: String(verb), answer })),
    sendForBytes: () => new Promise(() => undefined),
    subscribe: () => Promise.resolve(),
    on: (event, listener) => {
      if (event === 'ready') ready.push(() => listener(undefined));
    },
    connect: () => undefined,
    close: () => Promise.resolve(),
    destroy: () => undefined,
  };
  const parts = { clock, logger: silentLog, deadlineMs: 50, channel: 'c', settings: { url: '' } };
  const connection = new RedisConnection({ ...parts, makeClient: () => client });
  const opened = connection.open();
  for (const run of ready) run();
  await settle();
  for (const { answer } of sent.splice(0)) answer('PONG');
  await opened;
  return { clock, connection, sent };
}

describe('A circuit that was opened by timeouts', () => {
  it('an open circuit probes as soon as a late answer shows that the server is back', async () => {
    const { clock, connection, sent } = await connected();
    const reads = [1, 2, 3].map((n) =>
      connection.send(['GET', `k:${n}`], 50, 'guarded').catch(() => 'timeout'),
    );
    await clock.advanceAsync(60);
    expect(await Promise.all(reads)).toEqual(['timeout', 'timeout', 'timeout']);
    expect(connection.circuit).toBe('open');
    const [late] = sent.splice(0);
    late?.answer('value');
    await settle();
    expect(sent.map(({ command }) => command)).toEqual(['PING']);
    sent[0]?.answer('PONG');
    await settle();
    expect(connection.circuit).toBe('closed');
    await connection.close();
  });
});
