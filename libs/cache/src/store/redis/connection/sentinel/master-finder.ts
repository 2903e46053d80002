import type { RedisClientOptions } from 'redis';
import type { Clock } from '../../../../clock.js';
import { settleWithin } from '../../../../clock.js';
import { Deadlines } from '../../../deadlines.js';
import { serverClient } from '../server-client.js';
import type { RedisNode, SentinelSettings } from '../redis-settings.js';
import { SentinelError } from './sentinel-error.js';
import type { MasterView } from './sentinel-node.js';
import { SentinelNode } from './sentinel-node.js';

/** How much later than the first answer further answers are accepted, in milliseconds. */
const GRACE_MS = 30;

/** Asks all Sentinels for the master. */
export class MasterFinder {
  readonly #nodes: readonly SentinelNode[];
  readonly #clock: Clock;

  /** @param onReady called whenever another Sentinel becomes available */
  constructor(settings: SentinelSettings, clock: Clock, onReady: () => void) {
    this.#clock = clock;
    const deadlines = new Deadlines(clock);
    this.#nodes = settings.sentinels.map((node) => {
      const makeClient = () => serverClient(sentinelOptions(settings, node));
      const master = settings.master ?? 'mymaster';
      return new SentinelNode({ makeClient, master, clock, deadlines, onReady });
    });
  }

  /**
   * The latest of the views that arrive in time. All Sentinels are asked concurrently: after a
   * failover, one that does not know of it yet still names the old master.
   *
   * @throws SentinelError when none answers
   */
  async find(): Promise<MasterView> {
    const views: MasterView[] = [];
    const asked = this.#nodes.map(async (node) => {
      const view = await node.ask();
      if (view !== undefined) views.push(view);
      return view ?? Promise.reject(new Error());
    });
    // The others get a little longer than the first, so that an unresponsive one delays callers
    // only briefly.
    const others = Promise.allSettled(asked);
    const first = await Promise.any(asked).catch(() => undefined);
    if (first !== undefined) await settleWithin(this.#clock, others, GRACE_MS, () => undefined);
    const [latest] = views.sort((one, other) => other.epoch - one.epoch);
    if (latest !== undefined) return latest;
    const troubles = new Set(this.#nodes.map(({ trouble }) => trouble ?? 'does not answer'));
    throw new SentinelError(`Sentinel ${[...troubles].join(', ')}`);
  }

  destroy(): void {
    for (const node of this.#nodes) node.destroy();
  }
}

function sentinelOptions(settings: SentinelSettings, node: RedisNode): Partial<RedisClientOptions> {
  const { clientName, sentinelOptions: given = {}, tls } = settings;
  return {
    ...(clientName === undefined ? {} : { name: clientName }),
    ...given,
    socket: socketTo(node, given.socket, tls),
  };
}

/** Socket options for one node, merged with the common ones. */
export function socketTo(
  node: RedisNode,
  given: RedisClientOptions['socket'],
  tls: boolean | undefined,
): NonNullable<RedisClientOptions['socket']> {
  const place = { ...given, host: node.host, port: node.port, ...(tls === true ? { tls } : {}) };
  // The type is a union by `tls`, which a spread does not preserve.
  return place as NonNullable<RedisClientOptions['socket']>;
}
