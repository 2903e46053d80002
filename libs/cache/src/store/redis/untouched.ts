import type { RedisConnection } from './connection/redis-connection.js';

/**
 * Sends commands that leave the order of eviction alone: what administration looks at must not look
 * like use. Redis can do that since 7.2, and Valkey; older servers, and those that forbid it, are
 * asked as usual. The switch is of the connection, so nothing else may be sent in between: `send` has
 * to send all its commands before it returns.
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
