import type { RedisConnection } from './connection/redis-connection.js';

/**
 * Sends commands without affecting the order of eviction, because inspection is not use. Redis
 * supports this since 7.2, as does Valkey; on older servers, and on those that forbid it, the
 * commands are sent as usual. The mode applies to the connection, so `send` must send all its
 * commands before it returns.
 */
export function untouched<T>(
  connection: RedisConnection,
  withinMs: number,
  send: () => Promise<T>,
): Promise<T> {
  const turn = (to: 'ON' | 'OFF'): void => {
    connection
      .sendForBytes(['CLIENT', 'NO-TOUCH', to], withinMs, 'optional')
      .catch(() => undefined);
  };
  turn('ON');
  try {
    return send();
  } finally {
    turn('OFF');
  }
}
