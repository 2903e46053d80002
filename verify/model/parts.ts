import { shardOf, shardTags } from '../../libs/cache/src/store/redis/cluster/shard-tags.js';

/** The prefix of the modelled caches. */
export const PREFIX = 'gad:';
/** Of a modelled Cluster. */
export const SHARDS = 2;
export const TAGS = shardTags(SHARDS);

/** The names of a store that lies in one place: all of it on one server, a shard on a Cluster. */
export interface Part {
  readonly prefix: string;
  readonly index: string;
  readonly cursor: string;
  /** The channel of leases that ended. */
  readonly channel: string;
}

const WHOLE = [partWith(PREFIX)];
const SHARD_PARTS = TAGS.map((tag) => partWith(`${PREFIX}{${tag}}:`));

/** The channels of all parts. */
export const CHANNELS = [...WHOLE, ...SHARD_PARTS].map(({ channel }) => channel);

/** The parts of a store. */
export class Parts {
  readonly all: readonly Part[];

  constructor(isCluster: boolean) {
    this.all = isCluster ? SHARD_PARTS : WHOLE;
  }

  /** The part that holds a key. */
  of(key: string): Part {
    const part = this.all[shardOf(key, this.all.length)];
    if (part === undefined) throw new Error('a store without parts');
    return part;
  }

  /** The name under which a key's value is stored. */
  nameOf(key: string): string {
    return this.of(key).prefix + key;
  }
}

function partWith(prefix: string): Part {
  const [index, cursor] = [`${prefix}\0index`, `${prefix}\0cursor`];
  return { prefix, index, cursor, channel: `${prefix}\0awake:0` };
}
