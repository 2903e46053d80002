import { EventEmitter } from 'node:events';
import { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { PoolConnections } from './pool-connections.js';

const REASON = new Error('unknown to the server');

describe('PoolConnections', () => {
  let pool: EventEmitter;
  let connections: PoolConnections;

  beforeEach(() => {
    jest.useFakeTimers();
    pool = new EventEmitter();
    connections = new PoolConnections(pool);
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  /** A client as the driver makes them, connected and idle. */
  function connected(processID: number): { socket: Socket; use(): void; release(): void } {
    const socket = new Socket();
    socket.on('error', () => undefined);
    const client = { processID, connection: { stream: socket } };
    pool.emit('connect', client);
    return {
      socket,
      use: () => pool.emit('acquire', client),
      release: () => pool.emit('release', undefined, client),
    };
  }

  /** What a probe does that finds these statements at work. */
  function ask(...atWork: number[]): void {
    connections.judge(connections.longHeld(), atWork, REASON);
  }

  it('PoolConnections asks after what has been in use for long, and nothing else', () => {
    const [, short, long] = [connected(1), connected(2), connected(3)];
    long.use();
    jest.advanceTimersByTime(300);
    short.use();
    jest.advanceTimersByTime(100);
    expect(connections.longHeld()).toEqual([3]);
    long.release();
    expect(connections.longHeld()).toEqual([]);
  });

  it('PoolConnections ends what the server knows nothing of twice in a row, and the idle ones with it', () => {
    const [lost, slow, idle] = [connected(1), connected(2), connected(3)];
    lost.use();
    slow.use();
    jest.advanceTimersByTime(500);
    ask(2);
    expect(lost.socket.destroyed).toBe(false);
    ask(2);
    expect(lost.socket.destroyed).toBe(true);
    expect(lost.socket.errored).toBe(REASON);
    expect(idle.socket.destroyed).toBe(true);
    expect(slow.socket.destroyed).toBe(false);
  });

  it('leaves a connection alone that another caller used meanwhile, or that is at work again', () => {
    const [passed, again] = [connected(1), connected(2)];
    passed.use();
    again.use();
    jest.advanceTimersByTime(500);
    ask();
    passed.release();
    passed.use();
    jest.advanceTimersByTime(500);
    ask(2);
    ask(1);
    expect(passed.socket.destroyed).toBe(false);
    expect(again.socket.destroyed).toBe(false);
  });

  it('PoolConnections forgets a connection that the pool has given up, and one that it cannot see into', () => {
    const client = { processID: 1, connection: { stream: new Socket() } };
    for (const odd of [client, { processID: null, connection: {} }, {}]) {
      pool.emit('connect', odd);
      pool.emit('acquire', odd);
    }
    jest.advanceTimersByTime(500);
    expect(connections.longHeld()).toEqual([1]);
    pool.emit('remove', client);
    expect(connections.longHeld()).toEqual([]);
  });
});
