import { beforeEach, describe, expect, it } from '@jest/globals';
import { FakeClock } from '../../../testing/fake-clock.js';
import { settle } from '../../../testing/settle.js';
import type { ClientEvent, Command, RedisClient } from '../connection/redis-client.js';
import type { ClusterMap } from './cluster-map.js';
import { ClusterNode } from './cluster-map.js';
import { ShardClient } from './shard-client.js';
import { SharedClient } from './shared-client.js';

/** A client whose answers are given by hand. */
class HandClient implements RedisClient {
  isReady = true;
  readonly sent: string[] = [];
  readonly #answers: ((answer: unknown) => void)[] = [];
  readonly #listeners = new Map<ClientEvent, (error?: unknown) => void>();

  send(command: Command): Promise<unknown> {
    this.sent.push(command.join(' '));
    return new Promise((resolve, reject) => {
      this.#answers.push((answer) => (answer instanceof Error ? reject(answer) : resolve(answer)));
    });
  }

  sendForBytes(command: Command): Promise<unknown> {
    return this.send(command);
  }

  async answer(answer: unknown): Promise<void> {
    this.#answers.shift()?.(answer);
    await settle();
  }

  emit(event: ClientEvent): void {
    this.#listeners.get(event)?.(new Error('lost'));
  }

  on(event: ClientEvent, listener: (error?: unknown) => void): void {
    this.#listeners.set(event, listener);
  }

  subscribe = (): Promise<void> => Promise.resolve();
  connect = (): void => undefined;
  close = (): Promise<void> => Promise.resolve();
  destroy = (): void => undefined;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : '');
const nameOf = (error: unknown): string => (error instanceof Error ? error.name : '');

const clock = new FakeClock();

function nodeOf(client: HandClient, id: string): ClusterNode {
  return new ClusterNode(id, `${id}:1`, () => new SharedClient(() => client, clock));
}

let [a, b] = [new HandClient(), new HandClient()];
let owner: ClusterNode | undefined;
let changed: () => void;
let events: string[];
let looks = 0;
let others: string[];
let shard: ShardClient;

beforeEach(() => {
  [a, b] = [new HandClient(), new HandClient()];
  owner = nodeOf(a, 'a');
  [events, others, looks] = [[], [], 0];
  // The parts of a map that a client uses.
  const map = {
    ownerOf: () => owner,
    onChange: (listener: () => void) => {
      changed = listener;
      return () => undefined;
    },
    lookNow: () => looks++,
  } as unknown as ClusterMap;
  const onOther = (found: string): void => void others.push(found);
  shard = new ShardClient({ map, tag: '0', marker: 'gad:{0}:n', shards: 12, onOther, clock });
  shard.on('ready', () => events.push('ready'));
  shard.on('error', () => events.push('error'));
  shard.connect();
});

describe('ShardClient', () => {
  it('a shard is ready when its owner took a write, and not before', async () => {
    expect(a.sent).toEqual(['SET gad:{0}:n 12 NX GET']);
    expect(shard.isReady).toBe(false);
    await expect(shard.send(['GET', 'k'])).rejects.toThrow('');
    await a.answer(null);
    expect(shard.isReady).toBe(true);
    expect(events).toEqual(['ready']);
  });

  it('a shard that was divided into another number is never ready', async () => {
    await a.answer('60');
    expect(others).toEqual(['60']);
    expect(shard.isReady).toBe(false);
  });

  it('an owner that is full is read from', async () => {
    await a.answer(new Error('OOM command not allowed'));
    expect(a.sent.at(-1)).toBe('GET gad:{0}:n');
    await a.answer('12');
    expect(shard.isReady).toBe(true);
  });

  it.each(['MOVED 1 h:1', 'READONLY no', 'CLUSTERDOWN no', 'LOADING no', 'MASTERDOWN no'])(
    '%s ends the connection, and what is pending fails although it is answered',
    async (refusal) => {
      await a.answer('12');
      const refused = shard.send(['GET', 'k']).catch(messageOf);
      const pending = shard.send(['EVALSHA', 'fill']).catch(nameOf);
      await a.answer(new Error(refusal));
      expect(await refused).toBe(refusal);
      expect(shard.isReady).toBe(false);
      expect(looks).toBe(1);
      await a.answer(1);
      expect(await pending).toBe('ClusterError');
      await clock.advanceAsync(50);
      await a.answer('12');
      expect(events).toEqual(['ready', 'error', 'ready']);
      expect(a.sent.filter((words) => words.startsWith('EVALSHA'))).toHaveLength(1);
    },
  );

  it.each(['ASK 1 h:1', 'TRYAGAIN no'])('%s refuses one call alone', async (refusal) => {
    await a.answer('12');
    const refused = shard.send(['GET', 'k']).catch(messageOf);
    const pending = shard.send(['GET', 'l']);
    await a.answer(new Error(refusal));
    await a.answer('value');
    expect([await refused, await pending]).toEqual([refusal, 'value']);
    expect(shard.isReady).toBe(true);
  });

  it('another owner is another connection, and nothing is sent to both', async () => {
    await a.answer('12');
    const pending = shard.send(['GET', 'k']).catch(nameOf);
    owner = nodeOf(b, 'b');
    changed();
    expect(shard.isReady).toBe(false);
    await a.answer('old');
    expect(await pending).toBe('ClusterError');
    await b.answer('12');
    expect(shard.isReady).toBe(true);
    expect(b.sent).toEqual(['SET gad:{0}:n 12 NX GET']);
    expect(events).toEqual(['ready', 'error', 'ready']);
  });
});
