import type { Command, RedisLinkFactory } from '@gad/cache/store';
import { nodeRedisLink } from '@gad/cache/store';
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

/** Links to a real Redis whose commands go through gates. */
export function gatedLinks(): { makeLink: RedisLinkFactory; gates: Gates } {
  const gates = new Gates();
  return {
    gates,
    makeLink: (settings) => {
      const link = nodeRedisLink(settings);
      return {
        get isReady() {
          return link.isReady;
        },
        send: (command) => gates.pass(nameOf(command), () => link.send(command)),
        sendForBytes: (command) => gates.pass(nameOf(command), () => link.sendForBytes(command)),
        subscribe: (channel, listener) => link.subscribe(channel, listener),
        on: (event, listener) => link.on(event, listener),
        connect: () => link.connect(),
        close: () => link.close(),
        destroy: () => link.destroy(),
      };
    },
  };
}
