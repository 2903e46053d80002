import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '../../../testing/fake-clock.js';
import { settle } from '../../../testing/settle.js';
import type { RedisClient } from '../connection/redis-client.js';
import { SharedClient } from './shared-client.js';

const clock = new FakeClock();

/** A client whose server never says a word, after its handshake or before. */
function muteClient(isReady: boolean): RedisClient {
  const never = new Promise<never>(() => undefined);
  return {
    isReady,
    send: () => never,
    sendForBytes: () => never,
    subscribe: () => never,
    ...{ on: () => undefined, connect: () => undefined },
    ...{ close: () => never, destroy: () => undefined },
  };
}

function shared(isReady: boolean): { client: SharedClient; made: RedisClient[] } {
  const made: RedisClient[] = [];
  const client = new SharedClient(() => {
    const one = muteClient(isReady);
    made.push(one);
    return one;
  }, clock);
  return { client, made };
}

describe('SharedClient', () => {
  it('a suspected connection that does not answer a PING is replaced', async () => {
    const { client, made } = shared(true);
    client.suspect();
    await clock.advanceAsync(249);
    expect(made).toHaveLength(1);
    await clock.advanceAsync(1);
    expect(made).toHaveLength(2);
  });

  it('a suspected connection whose handshake never ends is replaced after three seconds', async () => {
    const { client, made } = shared(false);
    await clock.advanceAsync(2_999);
    client.suspect();
    await settle();
    expect(made).toHaveLength(1);
    await clock.advanceAsync(1);
    client.suspect();
    client.suspect();
    await settle();
    expect(made).toHaveLength(2);
    expect(client.client).toBe(made[1]);
  });
});
