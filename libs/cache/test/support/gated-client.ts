import type { Command, RedisClient, RedisClientFactory } from '@gad/cache/store';
import { nodeRedisClient } from '@gad/cache/store';
import * as scripts from '../../src/store/redis/scripts/compiled-scripts.js';
import { Gates } from './gates.js';

const NAMES = new Map(
  Object.entries(scripts).flatMap(([name, { sha1, source }]) => [
    [sha1, name],
    [source, name],
  ]),
);

/** `ACQUIRE` for that script, by digest or by source, else the command with its arguments. */
function nameOf(command: Command): string {
  const [verb, ...args] = command.map(String);
  if (verb === 'EVALSHA' || verb === 'EVAL') return NAMES.get(args[0] ?? '') ?? 'SCRIPT';
  return [verb, ...args].join(' ');
}

/** A client whose commands go through gates. */
export function gatedClient(client: RedisClient, gates: Gates): RedisClient {
  return {
    get isReady() {
      return client.isReady;
    },
    send: (command) => gates.pass(nameOf(command), () => client.send(command)),
    sendForBytes: (command) => gates.pass(nameOf(command), () => client.sendForBytes(command)),
    subscribe: (channel, listener) => client.subscribe(channel, listener),
    on: (event, listener) => client.on(event, listener),
    connect: () => client.connect(),
    close: () => client.close(),
    destroy: () => client.destroy(),
  };
}

/** A factory of clients with `wrap` around each. */
export function wrapClients<About extends unknown[]>(
  make: ((...about: About) => RedisClient) & { load(): Promise<void> },
  wrap: (client: RedisClient) => RedisClient,
): typeof make {
  return Object.assign((...about: About) => wrap(make(...about)), { load: make.load });
}

/** Clients to a real Redis whose commands go through gates. */
export function gatedClients(): { makeClient: RedisClientFactory; gates: Gates } {
  const gates = new Gates();
  return {
    gates,
    makeClient: wrapClients(nodeRedisClient, (client) => gatedClient(client, gates)),
  };
}
