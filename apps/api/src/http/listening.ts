import { createServer } from 'node:net';
import { once } from 'node:events';
import { ConfigurationError } from '../config/parse-environment.js';

export interface Address {
  readonly host: string;
  readonly port: number;
}

/**
 * Finds out before the database is opened, which takes seconds, whether it can be listened at all.
 * @throws ConfigurationError, one sentence that names HOST or PORT
 */
export async function assertCanListen({ host, port }: Address): Promise<void> {
  const server = createServer();
  try {
    server.listen({ host, port, exclusive: true });
    await once(server, 'listening');
    server.close();
    await once(server, 'close');
  } catch (error) {
    throw listenFailure(error, { host, port });
  }
}

/** The start's sentence for an error of `listen`; other errors as they are. */
export function listenFailure(error: unknown, { host, port }: Address): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'EADDRINUSE':
      return new ConfigurationError(
        'PORT',
        `${String(port)} on ${host} is in use by another process: stop it, or set PORT to a free port`,
      );
    case 'EACCES':
    case 'EPERM':
      return new ConfigurationError(
        'PORT',
        `${String(port)} may not be used by this user: set PORT to 1024 or more`,
      );
    case 'EADDRNOTAVAIL':
    case 'EAFNOSUPPORT':
    case 'EINVAL':
      return new ConfigurationError(
        'HOST',
        `is ${host}, which is no address of this machine: set it to 127.0.0.1, 0.0.0.0 or one of its own`,
      );
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new ConfigurationError(
        'HOST',
        `is ${host}, a name without an address: set it to 127.0.0.1, 0.0.0.0 or an address of this machine`,
      );
    default:
      return error;
  }
}
