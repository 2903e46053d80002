import type { Command } from '@gad/cache/store';
import { slotOf } from '../../libs/cache/src/store/redis/cluster/shard-tags.js';
import { PREFIX, TAGS } from './parts.js';
import type { Scheduler } from './scheduler.js';
import type { Wire } from './wires.js';

const NODES = 2;
const SLOTS = TAGS.map(slotOf);

/** What a node knows: the configuration epoch of each node, and the slots that it owns. */
type View = readonly { readonly epoch: number; readonly slots: readonly number[] }[];

/**
 * A Cluster as clients see it, over one real Redis: nodes that refuse what they do not own, and say who
 * does, each when it has learned of it. A slot moves at once and with all its names.
 */
export class ModelCluster {
  readonly nodes = Array.from({ length: NODES }, (_, n) => ({ host: 'modelled', port: 7_000 + n }));
  #epoch = NODES;
  #owners: View = this.nodes.map((_, n) => ({
    epoch: n + 1,
    slots: SLOTS.filter((_slot, at) => at % NODES === n),
  }));
  readonly #views: View[] = this.nodes.map(() => this.#owners);

  constructor(private readonly scheduler: Scheduler) {}

  /** Gives the slot of a shard to the next node. Other nodes learn of it when the scheduler says so. */
  move(shard: number): void {
    const slot = SLOTS[shard % SLOTS.length] ?? 0;
    const to = (this.#ownerOf(slot) + 1) % NODES;
    this.#epoch++;
    this.#owners = this.#owners.map(({ epoch, slots }, n) => {
      const others = slots.filter((each) => each !== slot);
      return n === to ? { epoch: this.#epoch, slots: [...others, slot] } : { epoch, slots: others };
    });
    this.nodes.forEach((_, n) => {
      this.scheduler.enter(`gossip${n}`, () => void (this.#views[n] = this.#owners));
    });
  }

  /** A connection to one of the nodes. */
  wire(port: number, wire: Wire): Wire {
    const node = this.nodes.findIndex((each) => each.port === port);
    const over = (command: Command, send: (command: Command) => Promise<unknown>) => {
      if (command[0] === 'CLUSTER') return Promise.resolve(this.#textOf(node));
      const tag = tagIn(command);
      const owner = tag === undefined ? node : this.#ownerOf(slotOf(tag));
      if (owner === node) return send(command);
      const at = this.nodes[owner];
      return Promise.reject(new Error(`MOVED ${slotOf(tag ?? '')} ${at?.host}:${at?.port}`));
    };
    return {
      send: (command) => over(command, (words) => wire.send(words)),
      sendForBytes: (command) => over(command, (words) => wire.sendForBytes(words)),
      listen: (channel, listener) => wire.listen(channel, listener),
    };
  }

  #ownerOf(slot: number): number {
    return this.#owners.findIndex(({ slots }) => slots.includes(slot));
  }

  /** The answer of a node to `CLUSTER NODES`. */
  #textOf(node: number): string {
    const lines = this.#views[node]?.map(({ epoch, slots }, n) => {
      const { host, port } = this.nodes[n] ?? { host: '', port: 0 };
      return `node${n} ${host}:${port}@1${port} master - 0 0 ${epoch} connected ${slots.join(' ')}`;
    });
    return `${lines?.join('\n')}\n`;
  }
}

/** The hash tag of the first name of ours in a command. */
function tagIn(command: Command): string | undefined {
  const name = command.find((word) => String(word).startsWith(`${PREFIX}{`));
  return name === undefined ? undefined : /\{(\w+)\}/.exec(String(name))?.[1];
}
